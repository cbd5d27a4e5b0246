import type { Assignor, AssignorMember, AssignorTopics } from "#assignors/assignor.ts";
import type { Clock } from "#base/clock.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import type { ClusterMetadata } from "#network/clusterMetadata.ts";

const metadataPatienceMs = 10_000;
const missingTopicPauseMs = 5_000;

/** How many partitions each topic of the group had when its leader divided them; 0 for one that did not exist. */
type PartitionCounts = ReadonlyMap<string, number>;

/** What the leader of a generation has to do: divide the partitions, and notice when they have to be divided anew. */
export class GroupLeader {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  #decided: PartitionCounts = new Map();
  #lookedForMissingAt = 0;

  constructor(cluster: Cluster, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** To be called when a generation is joined: what another one was decided by no longer counts. */
  reset(): void {
    this.#decided = new Map();
  }

  /** Divides every topic that any member subscribes to. Rejects when metadata cannot be had. */
  async divide(
    assignor: Assignor,
    members: readonly AssignorMember[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly TopicPartition[]>> {
    const metadata = await this.#decideBy(members, signal);
    return assignor.assign(members, assignorTopics(metadata, this.#decided.keys()));
  }

  /**
   * Instead of `divide` when the coordinator kept the assignment of before (KIP-814): its partitions count, not those of
   * now. Whoever made it may have gone before a topic grew, and nobody else would notice. Without `assigned` nobody knows.
   */
  async keep(
    assigned: readonly TopicPartition[] | undefined,
    members: readonly AssignorMember[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#decideBy(members, signal);
    if (!assigned) return;
    const counts = new Map(Array.from(this.#decided.keys(), (topic) => [topic, 0]));
    for (const { topic } of assigned) {
      const count = counts.get(topic);
      if (count !== undefined) counts.set(topic, count + 1);
    }
    this.#decided = counts;
  }

  /** Why the partitions have to be divided anew, or undefined when nothing about the topics has changed. */
  changeIn(metadata: ClusterMetadata | undefined): string | undefined {
    for (const [topic, before] of this.#decided) {
      const known = metadata?.topics.get(topic);
      // An error of the moment says nothing about how many partitions there are.
      if (!known || (known.error !== undefined && known.error !== "UNKNOWN_TOPIC_OR_PARTITION")) continue;
      const now = known.partitions.length;
      if (now !== before) return `${topic} has ${now} partitions, and ${before} were assigned`;
    }
    return undefined;
  }

  /** Asks for topics that do not exist, or are not known any more, from time to time; the answer comes as new metadata. */
  lookForMissing(): void {
    const known = this.#cluster.metadata()?.topics;
    const missing = Array.from(this.#decided).flatMap(([topic, count]) =>
      count === 0 || !known?.has(topic) ? [topic] : [],
    );
    if (missing.length === 0 || this.#clock.now() < this.#lookedForMissingAt + missingTopicPauseMs) return;
    this.#lookedForMissingAt = this.#clock.now();
    // Without an answer the next time will do.
    this.#cluster.refreshMetadata({ topics: missing, timeoutMs: metadataPatienceMs }).catch(() => undefined);
  }

  /** By what all members subscribe to, as it is now. */
  async #decideBy(members: readonly AssignorMember[], signal: AbortSignal): Promise<ClusterMetadata> {
    const topics = Array.from(new Set(members.flatMap((member) => member.topics)));
    const metadata = await this.#cluster.refreshMetadata({ topics, timeoutMs: metadataPatienceMs, signal });
    this.#decided = new Map(
      topics.map((topic) => [topic, metadata.topics.get(topic)?.partitions.length ?? 0]),
    );
    this.#lookedForMissingAt = this.#clock.now();
    return metadata;
  }
}

/** Those of the topics that exist, with the racks of their replicas where brokers say in which they are. */
function assignorTopics({ topics, brokers }: ClusterMetadata, wanted: Iterable<string>): AssignorTopics {
  return new Map(
    Array.from(wanted).flatMap((topic) => {
      const partitions = topics.get(topic)?.partitions ?? [];
      if (partitions.length === 0) return [];
      const racks = partitions.map(
        ({ replicas }) => new Set(replicas.flatMap((nodeId) => brokers.get(nodeId)?.rack ?? [])),
      );
      return [[topic, { partitionCount: partitions.length, racks }]];
    }),
  );
}
