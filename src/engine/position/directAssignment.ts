import { type Clock, sleep } from "#base/clock.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import type { ClusterMetadata } from "#network/clusterMetadata.ts";
import type { Assignment } from "./assignment.ts";

/** What reading without a group needs. */
export interface DirectAssignmentPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly assignment: Assignment;
  readonly topics: readonly string[];
  /** Exactly these, instead of all of the topics' partitions. */
  readonly partitions: readonly TopicPartition[] | undefined;
  readonly closed: AbortSignal;
}

const pauseMs = 2_000;

/** Takes partitions without asking a group, and those that are added to a topic later. Settles when closed. */
export async function assignDirectly(ports: DirectAssignmentPorts): Promise<void> {
  const { cluster, clock, assignment, topics, partitions, closed } = ports;
  if (partitions) {
    assignment.add(partitions);
    return;
  }
  const seen = new Set<string>();
  const take = (metadata: ClusterMetadata) => {
    for (const topic of topics) {
      const known = metadata.topics.get(topic)?.partitions ?? [];
      const keys = known.map(({ partition }) => ({ topic, partition }));
      // What appears later is read from its start, or its first records would be missed.
      assignment.add(keys, seen.has(topic) ? { begin: { kind: "start" } } : {});
      if (keys.length > 0) seen.add(topic);
    }
  };
  const watching = cluster.onMetadata(take);
  try {
    while (!closed.aborted && seen.size < topics.length) {
      const missing = topics.filter((topic) => !seen.has(topic));
      await cluster
        .refreshMetadata({ topics: missing, timeoutMs: 10_000, signal: closed })
        .then(take, () => undefined);
      if (seen.size < topics.length) await sleep(clock, pauseMs, closed).catch(() => undefined);
    }
    if (!closed.aborted) {
      await new Promise<void>((resolve) => {
        closed.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  } finally {
    watching.dispose();
  }
}
