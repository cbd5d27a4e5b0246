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

/** A topic as far as dividing it goes. */
export interface AssignorTopic {
  readonly partitionCount: number;
  /** For each partition, in order, the racks that hold a replica of it (KIP-881); left out where no rack is known. */
  readonly racks?: readonly ReadonlySet<string>[] | undefined;
}

/** Topics that exist, by name; a topic that is subscribed to and not in here gets no assignment. */
export type AssignorTopics = ReadonlyMap<string, AssignorTopic>;

/** Partitions by member id, with an entry for every member, even an empty one. */
export type GroupAssignment = ReadonlyMap<string, readonly TopicPartition[]>;

/** What a member knows about itself when it joins. */
export interface AssignorSelf {
  /** The generation it is or was in last. */
  readonly generationId: number | undefined;
  /** What it was assigned then, even when it has let go of it since. */
  readonly assigned: readonly TopicPartition[];
}

/**
 * Divides the partitions of a classic group among its members; runs on the leader. Pure: the same members and
 * topics give the same assignment, whatever order they come in.
 *
 * An assignor of one's own is given to a session in `SessionDeps.customAssignors`, and takes part under its name: every
 * member of the group has to offer one of that name. Its members speak Kafka's consumer protocol; what it wants to know
 * beyond that it writes into `subscriptionUserData`, and finds in the `userData` of each member.
 */
export interface Assignor {
  /** The protocol name members vote with. */
  readonly name: string;
  /** Eager members give everything up before they join again; cooperative ones only what they must (KIP-429). */
  readonly rebalanceProtocol: "eager" | "cooperative";
  /** What the member says about itself beside its subscription. */
  readonly subscriptionUserData?: (self: AssignorSelf) => Uint8Array | null;
  readonly assign: (members: readonly AssignorMember[], topics: AssignorTopics) => GroupAssignment;
}
