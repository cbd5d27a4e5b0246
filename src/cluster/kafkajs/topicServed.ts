import { type Clock, sleep } from "#base/clock.ts";
import type { Cluster } from "#network/cluster.ts";

/** How long, and how often, the cluster is asked. */
export interface WaitForTopic {
  readonly clock: Clock;
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

const pauseMs = 100;

/**
 * Waits until every partition of a topic has a leader; false when that took longer than `limitMs`.
 *
 * The controller answers CreateTopics before every broker has heard of the topic: one that has not says
 * UNKNOWN_TOPIC_OR_PARTITION, or names partitions without a leader.
 */
export async function untilTopicIsServed(
  cluster: Pick<Cluster, "refreshMetadata">,
  topic: string,
  { clock, limitMs, signal }: WaitForTopic,
): Promise<boolean> {
  const giveUpAt = clock.now() + limitMs;
  while (clock.now() < giveUpAt) {
    const { topics } = await cluster.refreshMetadata({ topics: [topic], signal });
    const partitions = topics.get(topic)?.partitions ?? [];
    if (partitions.length > 0 && partitions.every(({ leaderId }) => leaderId !== undefined)) return true;
    await sleep(clock, pauseMs, signal);
  }
  return false;
}
