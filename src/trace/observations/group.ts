import type { TopicPartition } from "#base/topicPartition.ts";
import type { MembershipState } from "./session.ts";

export type GroupType = "classic" | "consumer" | "share" | "streams" | "unknown";

/** What a broker itself (playground, tap) knows of a member's part in a rebalance; a sample cannot tell. */
export type BrokerMemberPhase =
  | "notRejoined"
  | "joined"
  | "awaitingSync"
  | "stable"
  /** Consumer groups (KIP-848): it was asked to give partitions up. */
  | "revoking"
  /** It has the new epoch, but another member still holds what it is to have. */
  | "awaitingRelease"
  /** There is a new target, of which it learns with the answer to its next heartbeat. */
  | "awaitingHeartbeat"
  /** A static member that left and said that it comes back. */
  | "away";

export interface ObservedMember {
  readonly memberId: string;
  readonly clientId: string;
  readonly host: string;
  readonly groupInstanceId?: string | undefined;
  /** Classic: assignors it offers or the one selected; consumer groups: the server-side assignor. */
  readonly assignors?: readonly string[] | undefined;
  readonly memberEpoch?: number | undefined;
  readonly subscribedTopics?: readonly string[] | undefined;
  /** Undefined when whoever saw it cannot tell (a real broker tells only in Stable). */
  readonly assigned?: readonly TopicPartition[] | undefined;
  readonly targetAssigned?: readonly TopicPartition[] | undefined;
  /** Partitions the member said it owns when it last joined (KIP-429). */
  readonly owned?: readonly TopicPartition[] | undefined;
  readonly phase?: BrokerMemberPhase | undefined;
  readonly isLeader?: boolean | undefined;
  readonly sessionTimeoutMs?: number | undefined;
  readonly rebalanceTimeoutMs?: number | undefined;
  readonly lastHeartbeatAt?: number | undefined;
  /** When the broker will remove it unless it is heard of. */
  readonly evictedAt?: number | undefined;
}

/** The groups of a cluster, all of them, as one listing says. */
export interface GroupListed {
  readonly type: "group.listed";
  /** When the listing was asked for: later facts are not overwritten by it. */
  readonly requestedAt: number;
  readonly groups: readonly {
    readonly groupId: string;
    readonly groupType: GroupType;
    /** As the broker reports it: `Stable`, `PreparingRebalance`, `Empty`, … */
    readonly state?: string | undefined;
    readonly protocolType?: string | undefined;
  }[];
  /** Brokers that did not answer; their groups are unknown, not gone. */
  readonly missing: readonly { readonly broker: string; readonly reason: string }[];
}

/** One group with all its members, after a transition (broker) or as described (sampled). */
export interface GroupDescribed {
  readonly type: "group.described";
  readonly groupId: string;
  readonly groupType: GroupType;
  readonly state: string;
  /** Since when the state holds, where the source knows. */
  readonly stateSince?: number | undefined;
  readonly protocolType?: string | undefined;
  readonly assignor?: string | undefined;
  readonly generationId?: number | undefined;
  readonly groupEpoch?: number | undefined;
  readonly assignmentEpoch?: number | undefined;
  readonly coordinator?: string | undefined;
  readonly members: readonly ObservedMember[];
  /** Why the last rebalance began, in words, where the source knows. */
  readonly rebalanceReason?: string | undefined;
  /** Sampled only. */
  readonly requestedAt?: number | undefined;
}

/** A member left or was removed (broker vantage). */
export interface GroupMemberGone {
  readonly type: "group.memberGone";
  readonly groupId: string;
  readonly memberId: string;
  readonly how: "left" | "evicted" | "fenced";
  readonly reason: string;
}

/** Our own member's phase: what the rebalance lanes are drawn from in full detail. */
export interface GroupMemberPhase {
  readonly type: "group.memberPhase";
  readonly groupId: string;
  readonly sessionId: string;
  readonly memberId?: string | undefined;
  readonly clientId: string;
  readonly phase: MembershipState;
  /** Classic groups. */
  readonly generationId?: number | undefined;
  /** Consumer groups (KIP-848). */
  readonly memberEpoch?: number | undefined;
  readonly assignor?: string | undefined;
  readonly rebalanceProtocol?: "eager" | "cooperative" | undefined;
  readonly isLeader?: boolean | undefined;
  readonly assigned: readonly TopicPartition[];
  readonly revoked: readonly TopicPartition[];
  readonly lost: readonly TopicPartition[];
  /** As leader of a generation: what it assigned to whom. */
  readonly assignments?:
    | readonly { readonly memberId: string; readonly assigned: readonly TopicPartition[] }[]
    | undefined;
  readonly reason?: string | undefined;
}

/** All committed offsets of a group that the source knows; partitions not named have none. */
export interface GroupOffsets {
  readonly type: "group.offsets";
  readonly groupId: string;
  readonly offsets: readonly (TopicPartition & {
    readonly committedOffset?: bigint | undefined;
    readonly leaderEpoch?: number | undefined;
    readonly metadata?: string | undefined;
    readonly error?: string | undefined;
  })[];
  readonly requestedAt?: number | undefined;
}

/** Describing a group, or reading its offsets, failed: shown as a marked row with its reason. */
export interface GroupFailed {
  readonly type: "group.failed";
  readonly groupId: string;
  readonly what: "describe" | "offsets";
  readonly errorCode?: string | undefined;
  readonly message: string;
  readonly requestedAt: number;
}

export interface GroupDeleted {
  readonly type: "group.deleted";
  readonly groupId: string;
}

export type GroupObservation =
  | GroupListed
  | GroupDescribed
  | GroupMemberGone
  | GroupMemberPhase
  | GroupOffsets
  | GroupFailed
  | GroupDeleted;
