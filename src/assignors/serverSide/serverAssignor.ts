import type { TopicPartition } from "#base/topicPartition.ts";
import type { AssignorTopics, GroupAssignment } from "../assignor.ts";

/** What the coordinator knows of one member when it divides the partitions. Topics are named by their ids. */
export interface ServerAssignorMember {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  /** Ids of the topics it subscribes to, of those that exist. */
  readonly topics: readonly string[];
  /** What the previous target assignment gave it. */
  readonly target: readonly TopicPartition[];
}

/** Divides the partitions of a consumer group among its members; runs on the coordinator (KIP-848). Pure. */
export interface ServerAssignor {
  /** The name members ask for. */
  readonly name: string;
  readonly assign: (members: readonly ServerAssignorMember[], topics: AssignorTopics) => GroupAssignment;
}
