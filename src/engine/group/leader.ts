import type { Assignor, AssignorTopics } from "#assignors/assignor.ts";
import type { Clock } from "#base/clock.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import type { ClusterMetadata } from "#network/clusterMetadata.ts";
import type { JoinAnswer, UnreadableMember } from "./groupRequests.ts";

const metadataPatienceMs = 10_000;
const missingTopicPauseMs = 5_000;

/** How many partitions each topic of the group had when its leader divided them; 0 for one that did not exist. */
type PartitionCounts = ReadonlyMap<string, number>;

/** What leading a group needs. */
export interface GroupLeaderPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly assignors: readonly Assignor[];
  /** What all members of the group have together; undefined when the coordinator does not say. */
  readonly assignedToAll: (signal: AbortSignal) => Promise<readonly TopicPartition[] | undefined>;
}

/** What a member is told when it leads the generation it joined. */
export type LedGroup = Pick<
  Extract<JoinAnswer, { kind: "joined" }>,
  "generation" | "members" | "unreadable" | "skipAssignment"
>;

/** What the leader of a generation has to do: divide the partitions, and notice when they have to be divided anew. */
export class GroupLeader {
  readonly #ports: GroupLeaderPorts;
  #group: LedGroup | undefined;
  #decided: PartitionCounts = new Map();
  #lookedForMissingAt = 0;

  constructor(ports: GroupLeaderPorts) {
    this.#ports = ports;
  }

  /** To be called when a generation is joined, whoever leads it: what another one was decided by no longer counts. */
  joined(group: LedGroup): void {
    this.#group = group;
    this.#decided = new Map();
  }

  /** Which members of the joined generation nothing can be assigned to, and why, in words; undefined when there are none. */
  get leftOut(): string | undefined {
    return whyLeftOut(this.#group?.unreadable ?? []);
  }

  /**
   * Everybody's part in the generation that was joined; undefined when another member says, or when the coordinator keeps
   * the assignment of before (KIP-814). Rejects when metadata cannot be had.
   */
  async divide(signal: AbortSignal): Promise<ReadonlyMap<string, readonly TopicPartition[]> | undefined> {
    const group = this.#group;
    const assignor = this.#ports.assignors.find(({ name }) => name === group?.generation.assignor);
    if (!group?.generation.isLeader || !assignor) return undefined;
    if (group.skipAssignment) {
      await this.#keep(group, signal);
      return undefined;
    }
    const metadata = await this.#decideBy(group, signal);
    return assignor.assign(group.members, assignorTopics(metadata, this.#decided.keys()));
  }

  /**
   * The partitions of the assignment count that is kept, not those of now: whoever made it may have gone before a topic
   * grew, and nobody else would notice.
   */
  async #keep(group: LedGroup, signal: AbortSignal): Promise<void> {
    const assigned = await this.#ports.assignedToAll(signal);
    await this.#decideBy(group, signal);
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
    const { cluster, clock } = this.#ports;
    const known = cluster.metadata()?.topics;
    const missing = Array.from(this.#decided).flatMap(([topic, count]) =>
      count === 0 || !known?.has(topic) ? [topic] : [],
    );
    if (missing.length === 0 || clock.now() < this.#lookedForMissingAt + missingTopicPauseMs) return;
    this.#lookedForMissingAt = clock.now();
    // Without an answer the next time will do.
    cluster.refreshMetadata({ topics: missing, timeoutMs: metadataPatienceMs }).catch(() => undefined);
  }

  /** By what all members subscribe to, as it is now. */
  async #decideBy({ members }: LedGroup, signal: AbortSignal): Promise<ClusterMetadata> {
    const { cluster, clock } = this.#ports;
    const topics = Array.from(new Set(members.flatMap((member) => member.topics)));
    const metadata = await cluster.refreshMetadata({ topics, timeoutMs: metadataPatienceMs, signal });
    this.#decided = new Map(
      topics.map((topic) => [topic, metadata.topics.get(topic)?.partitions.length ?? 0]),
    );
    this.#lookedForMissingAt = clock.now();
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

/** What the leader could not do for members that it cannot read, in words; undefined when it read all of them. */
function whyLeftOut(unreadable: readonly UnreadableMember[]): string | undefined {
  const [first] = unreadable;
  if (!first) return undefined;
  const who = unreadable.length === 1 ? "" : ` and ${unreadable.length - 1} more`;
  return `it leads the group and assigned nothing to ${first.memberId}${who}, whose subscription cannot be read: ${first.why}`;
}
