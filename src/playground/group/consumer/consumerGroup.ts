import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { ClassicGroup, GroupEffect, JoinProtocol } from "../classicGroup.ts";
import type { ConsumerGroupSettings } from "./consumerGroupSettings.ts";
import { type AssignedPartitions, noPartitions, samePartitions } from "./partitions.ts";
import { sameNames } from "./sortedNames.ts";

/**
 * A consumer group as its coordinator sees it (KIP-848): plain data, changed only by the pure functions beside this file.
 *
 * Three numbers follow each other. A change of members, subscriptions or topics makes a new group epoch; the assignor
 * makes the target assignment of that epoch (the assignment epoch); each member is led there on its own, by the
 * answers to its heartbeats, and has the epoch when it got there (its member epoch). The state says who lags:
 *
 *              a member joins                  target computed                  all members there
 *      Empty ─────────────────▶ Assigning ─────────────────────▶ Reconciling ─────────────────────▶ Stable
 *        ▲                          ▲                                 │                               │
 *        │ last member gone         └────────── group epoch bumped ◀──┴───────────────────────────────┘
 *
 * Names and rules follow Kafka's group coordinator.
 */
export interface ConsumerGroup {
  readonly type: "consumer";
  readonly groupId: string;
  readonly settings: ConsumerGroupSettings;
  /** Since when the state holds. */
  readonly stateSince: number;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  /** When the target was computed; undefined before the first. */
  readonly assignedAt: number | undefined;
  /** In order of joining. */
  readonly members: ReadonlyMap<string, ConsumerMember>;
  /** By member id; topics by their ids. */
  readonly target: ReadonlyMap<string, readonly TopicPartition[]>;
  /** The topics that match, by regular expression. */
  readonly regexes: ReadonlyMap<string, ResolvedRegex>;
  /** When the regular expressions are matched with the topics anew; undefined when they are not. */
  readonly regexesDueAt: number | undefined;
  /** Of the subscribed topics, when the group last looked: a difference makes a new epoch. */
  readonly metadataFingerprint: string;
  /** The version of the topics at that moment; undefined when the group must look again. */
  readonly metadataVersion: number | undefined;
  readonly rebalanceReason: string | undefined;
}

/** What a regular expression matched, and when. */
export interface ResolvedRegex {
  readonly topics: readonly string[];
  readonly version: number;
  readonly at: number;
}

/**
 * Where a member stands between its assignment and the target.
 *
 *                 target takes something away                   given up, and more to come that
 *      Stable ─────────────────────────────▶ UnrevokedPartitions ───────────────────────────────┐
 *        ▲  ▲                                    │ given up                 another still holds │
 *        │  └────────────────────────────────────┘                                              ▼
 *        └─────────────────────────────────────────────────────────────────── UnreleasedPartitions
 *                                   the others let go of it
 */
export type ConsumerMemberState = "Stable" | "UnrevokedPartitions" | "UnreleasedPartitions";

export interface ConsumerMember {
  readonly memberId: string;
  readonly instanceId: string | undefined;
  readonly rackId: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  /** Sorted, each once. */
  readonly topicNames: readonly string[];
  /** Empty when it has none. */
  readonly topicRegex: string;
  readonly serverAssignor: string | undefined;
  readonly state: ConsumerMemberState;
  /** -2 while a static member is away that said it comes back. */
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly assigned: AssignedPartitions;
  readonly pendingRevocation: AssignedPartitions;
  /** How it speaks when it does so with JoinGroup and SyncGroup, during a migration; undefined otherwise. */
  readonly classic: ClassicSpeech | undefined;
  readonly lastHeardAt: number;
  readonly expiresAt: number;
  /** When it must have given up what it was asked to. */
  readonly revocationDueAt: number | undefined;
  /** When a classic member must have joined again, and asked for its assignment. */
  readonly joinDueAt: number | undefined;
  readonly syncDueAt: number | undefined;
}

export interface ClassicSpeech {
  readonly sessionTimeoutMs: number;
  readonly protocols: readonly JoinProtocol[];
}

/** The epochs with which members leave: for good, or as a static member that comes back (KIP-848). */
export const leaveEpoch = -1;
export const staticLeaveEpoch = -2;

export type ConsumerGroupState = "Empty" | "Assigning" | "Reconciling" | "Stable";

/** A group of either kind. */
export type Group = ClassicGroup | ConsumerGroup;

/** A group after a transition, what to do because of it, and the answer to whoever asked. */
export interface Outcome<Answer> {
  readonly group: Group;
  readonly effects: readonly GroupEffect[];
  /** Nothing changed but when members were last heard of. */
  readonly quiet: boolean;
  readonly answer: Answer;
}

/** Why a request was not granted; the group stays as it was. */
export interface Refusal {
  readonly error: KnownErrorName;
  readonly message: string;
}

/** A consumer group nobody joined yet. */
export function emptyConsumerGroup(
  groupId: string,
  settings: ConsumerGroupSettings,
  now: number,
): ConsumerGroup {
  return {
    type: "consumer",
    groupId,
    settings,
    stateSince: now,
    // Members begin at 0, so that the first assignment is news to them whatever it is.
    groupEpoch: 1,
    assignmentEpoch: 0,
    assignedAt: undefined,
    members: new Map(),
    target: new Map(),
    regexes: new Map(),
    regexesDueAt: undefined,
    metadataFingerprint: "",
    metadataVersion: undefined,
    rebalanceReason: undefined,
  };
}

/** A member that has said nothing yet. */
export function newMember(memberId: string, now: number): ConsumerMember {
  return {
    memberId,
    instanceId: undefined,
    rackId: undefined,
    clientId: "",
    clientHost: "",
    rebalanceTimeoutMs: -1,
    topicNames: [],
    topicRegex: "",
    serverAssignor: undefined,
    state: "Stable",
    memberEpoch: 0,
    previousMemberEpoch: -1,
    assigned: noPartitions,
    pendingRevocation: noPartitions,
    classic: undefined,
    lastHeardAt: now,
    expiresAt: now,
    revocationDueAt: undefined,
    joinDueAt: undefined,
    syncDueAt: undefined,
  };
}

export function stateOf(group: ConsumerGroup): ConsumerGroupState {
  if (group.members.size === 0) return "Empty";
  if (group.groupEpoch > group.assignmentEpoch) return "Assigning";
  for (const member of group.members.values()) {
    if (!isReconciled(member, group.assignmentEpoch)) return "Reconciling";
  }
  return "Stable";
}

/** The group after a transition, knowing since when its state holds. */
export function withStateSince(before: Group, after: Group, now: number): Group {
  if (after.type === "classic" || after === before) return after;
  const isSame = before.type === "consumer" && stateOf(before) === stateOf(after);
  return { ...after, stateSince: isSame ? before.stateSince : now };
}

/** Whether the member has got where the target of that epoch wants it. */
export function isReconciled(member: ConsumerMember, assignmentEpoch: number): boolean {
  return member.state === "Stable" && member.memberEpoch === assignmentEpoch;
}

/** Whether nothing about the member changed but when it was last heard of. */
export function sameStanding(a: ConsumerMember, b: ConsumerMember): boolean {
  return (
    a.memberEpoch === b.memberEpoch &&
    a.previousMemberEpoch === b.previousMemberEpoch &&
    a.state === b.state &&
    a.instanceId === b.instanceId &&
    a.rackId === b.rackId &&
    a.clientId === b.clientId &&
    a.clientHost === b.clientHost &&
    a.rebalanceTimeoutMs === b.rebalanceTimeoutMs &&
    a.serverAssignor === b.serverAssignor &&
    a.topicRegex === b.topicRegex &&
    a.classic === b.classic &&
    sameNames(a.topicNames, b.topicNames) &&
    samePartitions(a.assigned, b.assigned) &&
    samePartitions(a.pendingRevocation, b.pendingRevocation)
  );
}

export function withMember(group: ConsumerGroup, member: ConsumerMember): ConsumerGroup {
  return { ...group, members: new Map(group.members).set(member.memberId, member) };
}

export function memberOfInstance(group: ConsumerGroup, instanceId: string): ConsumerMember | undefined {
  for (const member of group.members.values()) if (member.instanceId === instanceId) return member;
  return undefined;
}
