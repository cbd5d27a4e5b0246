import type { TopicPartition } from "#base/topicPartition.ts";
import type {
  GroupDeleted,
  GroupDescribed,
  GroupFailed,
  GroupListed,
  GroupMemberGone,
  GroupMemberPhase,
  GroupOffsets,
  GroupType,
  ObservedMember,
} from "../observations/group.ts";
import type { MembershipState } from "../observations/session.ts";
import {
  boolean,
  instant,
  list,
  number,
  object,
  offset,
  oneOf,
  optional,
  type Shape,
  string,
} from "./shape.ts";

export const topicPartition = object<TopicPartition>({ topic: string, partition: number });

export const membershipState: Shape<MembershipState> = oneOf(
  "direct",
  "unjoined",
  "joining",
  "syncing",
  "stable",
  "revoking",
  "leaving",
  "fatal",
  "ended",
);

export const groupType: Shape<GroupType> = oneOf("classic", "consumer", "share", "streams", "unknown");

const member = object<ObservedMember>({
  memberId: string,
  clientId: string,
  host: string,
  groupInstanceId: optional(string),
  assignors: optional(list(string)),
  memberEpoch: optional(number),
  subscribedTopics: optional(list(string)),
  assigned: optional(list(topicPartition)),
  targetAssigned: optional(list(topicPartition)),
  owned: optional(list(topicPartition)),
  phase: optional(
    oneOf(
      "notRejoined",
      "joined",
      "awaitingSync",
      "stable",
      "revoking",
      "awaitingRelease",
      "awaitingHeartbeat",
      "away",
    ),
  ),
  isLeader: optional(boolean),
  sessionTimeoutMs: optional(number),
  rebalanceTimeoutMs: optional(number),
  lastHeartbeatAt: optional(instant),
  evictedAt: optional(instant),
});

const listedGroup = object<GroupListed["groups"][number]>({
  groupId: string,
  groupType,
  state: optional(string),
  protocolType: optional(string),
});

export const groupListed = object<GroupListed>({
  type: oneOf("group.listed"),
  requestedAt: instant,
  groups: list(listedGroup),
  missing: list(object<GroupListed["missing"][number]>({ broker: string, reason: string })),
});

export const groupDescribed = object<GroupDescribed>({
  type: oneOf("group.described"),
  groupId: string,
  groupType,
  state: string,
  stateSince: optional(instant),
  protocolType: optional(string),
  assignor: optional(string),
  generationId: optional(number),
  groupEpoch: optional(number),
  assignmentEpoch: optional(number),
  coordinator: optional(string),
  members: list(member),
  rebalanceReason: optional(string),
  requestedAt: optional(instant),
});

export const groupMemberGone = object<GroupMemberGone>({
  type: oneOf("group.memberGone"),
  groupId: string,
  memberId: string,
  how: oneOf("left", "evicted", "fenced"),
  reason: string,
});

export const groupMemberPhase = object<GroupMemberPhase>({
  type: oneOf("group.memberPhase"),
  groupId: string,
  sessionId: string,
  memberId: optional(string),
  clientId: string,
  phase: membershipState,
  generationId: optional(number),
  memberEpoch: optional(number),
  assignor: optional(string),
  rebalanceProtocol: optional(oneOf("eager", "cooperative")),
  isLeader: optional(boolean),
  assigned: list(topicPartition),
  revoked: list(topicPartition),
  lost: list(topicPartition),
  assignments: optional(
    list(
      object<NonNullable<GroupMemberPhase["assignments"]>[number]>({
        memberId: string,
        assigned: list(topicPartition),
      }),
    ),
  ),
  reason: optional(string),
});

export const groupOffsets = object<GroupOffsets>({
  type: oneOf("group.offsets"),
  groupId: string,
  offsets: list(
    object<GroupOffsets["offsets"][number]>({
      topic: string,
      partition: number,
      committedOffset: optional(offset),
      leaderEpoch: optional(number),
      metadata: optional(string),
      error: optional(string),
    }),
  ),
  requestedAt: optional(instant),
});

export const groupFailed = object<GroupFailed>({
  type: oneOf("group.failed"),
  groupId: string,
  what: oneOf("describe", "offsets"),
  errorCode: optional(string),
  message: string,
  requestedAt: instant,
});

export const groupDeleted = object<GroupDeleted>({ type: oneOf("group.deleted"), groupId: string });
