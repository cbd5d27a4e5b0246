import type { TopicPartition } from "#base/topicPartition.ts";

/** What the leader of a group knows of one member when it divides the partitions. */
export interface AssignorMember {
  readonly memberId: string;
  readonly groupInstanceId?: string | undefined;
  readonly topics: readonly string[];
  /** What the member says it is consuming (subscription v1 and later). */
  readonly ownedPartitions: readonly TopicPartition[];
  /** The generation it owned them in (subscription v2 and later); older members tell it in `userData`. */
  readonly generationId?: number | undefined;
  readonly rackId?: string | undefined;
  readonly userData?: Uint8Array | null | undefined;
}

/** Topics that exist, by name; a topic that is subscribed to and not in here gets no assignment. */
export type AssignorTopics = ReadonlyMap<string, { readonly partitionCount: number }>;

/** Partitions by member id, with an entry for every member, even an empty one. */
export type GroupAssignment = ReadonlyMap<string, readonly TopicPartition[]>;

/**
 * Divides the partitions of a classic group among its members; runs on the leader. Pure: the same members and
 * topics give the same assignment, whatever order they come in.
 */
export interface Assignor {
  /** The protocol name members vote with. */
  readonly name: string;
  /** Eager members give everything up before they join again; cooperative ones only what they must (KIP-429). */
  readonly rebalanceProtocol: "eager" | "cooperative";
  /** What the member says about itself beside its subscription. */
  readonly subscriptionUserData?: (member: {
    readonly generationId: number | undefined;
  }) => Uint8Array | null;
  readonly assign: (members: readonly AssignorMember[], topics: AssignorTopics) => GroupAssignment;
}
