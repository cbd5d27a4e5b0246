import type { KnownErrorName } from "#protocol/errorCodes.ts";

/**
 * A classic group as its coordinator sees it: plain data, changed only by the pure functions beside this file.
 *
 *            a member joins                  all joined, or time is up
 *   Empty ──────────────────▶ PreparingRebalance ──────────────────▶ CompletingRebalance
 *     ▲                          ▲    │ nobody joined                      │       │ the leader's
 *     │                          │    ▼                                    │       ▼ SyncGroup
 *     └──────────────────────────┼── Empty              a member joins,    │     Stable
 *        last member left        └─────────────────── leaves or expires ◀──┴───────┘
 *
 * Dead is where a deleted group ends. Names and rules follow Kafka's group coordinator.
 */
export interface ClassicGroup {
  readonly type: "classic";
  readonly groupId: string;
  readonly settings: GroupSettings;
  readonly phase: GroupPhase;
  /** Since when the state holds. */
  readonly stateSince: number;
  readonly generationId: number;
  readonly protocolType: string | undefined;
  /** The assignor chosen for this generation. */
  readonly protocolName: string | undefined;
  readonly leaderId: string | undefined;
  /** In order of joining. */
  readonly members: ReadonlyMap<string, ClassicMember>;
  /** Ids given out by MEMBER_ID_REQUIRED and not yet used (KIP-394), with the instant they lapse. */
  readonly pendingMembers: ReadonlyMap<string, number>;
  readonly rebalanceReason: string | undefined;
}

/** What is the same for every group of a playground. */
export interface GroupSettings {
  readonly initialRebalanceDelayMs: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** A member that never got its answer cannot heartbeat: it lapses after this. Kafka: 5 minutes. */
  readonly newMemberJoinTimeoutMs: number;
  readonly maxMembers: number;
}

export type GroupPhase =
  | { readonly state: "Empty" }
  | {
      readonly state: "PreparingRebalance";
      readonly completesAt: number;
      /** While an Empty group waits for more first members; undefined otherwise. */
      readonly initial: { readonly remainingMs: number; readonly memberAdded: boolean } | undefined;
    }
  | { readonly state: "CompletingRebalance"; readonly syncDueAt: number }
  | { readonly state: "Stable"; readonly syncDueAt: number }
  | { readonly state: "Dead" };

/** One assignor a member offers, with its subscription as that assignor wants it. */
export interface JoinProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

export interface ClassicMember {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** In order of preference. */
  readonly protocols: readonly JoinProtocol[];
  readonly assignment: Uint8Array;
  /** The parked JoinGroup request, if any. */
  readonly joinToken: number | undefined;
  /** The parked SyncGroup request, if any. */
  readonly syncToken: number | undefined;
  /** Whether SyncGroup arrived in this generation. */
  readonly synced: boolean;
  /** True until its first JoinGroup is answered. */
  readonly isNew: boolean;
  readonly lastHeardAt: number;
  /** Undefined while a parked request proves that it lives. */
  readonly expiresAt: number | undefined;
}

/** What a transition asks the coordinator to do. */
export type GroupEffect =
  | { readonly type: "joinAnswered"; readonly token: number; readonly answer: JoinAnswer }
  | { readonly type: "syncAnswered"; readonly token: number; readonly answer: SyncAnswer }
  | {
      readonly type: "memberGone";
      readonly memberId: string;
      readonly how: "left" | "evicted" | "fenced";
      readonly reason: string;
    };

export interface JoinAnswer {
  readonly error: KnownErrorName;
  readonly memberId: string;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leaderId: string;
  /** KIP-814: a static leader that came back must not assign again. */
  readonly skipAssignment: boolean;
  /** For the leader only. */
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly metadata: Uint8Array;
  }[];
}

export interface SyncAnswer {
  readonly error: KnownErrorName;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Uint8Array;
}

/** The group after a transition, and what to do because of it. */
export interface Step {
  readonly group: ClassicGroup;
  readonly effects: readonly GroupEffect[];
}

export const noBytes = new Uint8Array(0);

/** A group nobody joined yet. */
export function emptyGroup(groupId: string, settings: GroupSettings, now: number): ClassicGroup {
  return {
    type: "classic",
    groupId,
    settings,
    phase: { state: "Empty" },
    stateSince: now,
    generationId: 0,
    protocolType: undefined,
    protocolName: undefined,
    leaderId: undefined,
    members: new Map(),
    pendingMembers: new Map(),
    rebalanceReason: undefined,
  };
}

export function unchanged(group: ClassicGroup): Step {
  return { group, effects: [] };
}

export function withEffects(step: Step, ...effects: readonly GroupEffect[]): Step {
  return { group: step.group, effects: [...step.effects, ...effects] };
}

export function withPatch(step: Step, patch: Partial<ClassicGroup>): Step {
  return { group: { ...step.group, ...patch }, effects: step.effects };
}

export function withPhase(step: Step, phase: GroupPhase, now: number): Step {
  const stateSince = step.group.phase.state === phase.state ? step.group.stateSince : now;
  return withPatch(step, { phase, stateSince });
}

/** Adds the member, or replaces the one of the same id in its place. */
export function withMember(step: Step, member: ClassicMember): Step {
  return withPatch(step, { members: new Map(step.group.members).set(member.memberId, member) });
}

export function withMembers(step: Step, change: (member: ClassicMember) => ClassicMember): Step {
  const members = new Map<string, ClassicMember>();
  for (const [memberId, member] of step.group.members) members.set(memberId, change(member));
  return withPatch(step, { members });
}

export function withoutPending(step: Step, memberId: string): Step {
  if (!step.group.pendingMembers.has(memberId)) return step;
  const pendingMembers = new Map(step.group.pendingMembers);
  pendingMembers.delete(memberId);
  return withPatch(step, { pendingMembers });
}

export function staticMember(group: ClassicGroup, groupInstanceId: string): ClassicMember | undefined {
  for (const member of group.members.values()) {
    if (member.groupInstanceId === groupInstanceId) return member;
  }
  return undefined;
}

/** The longest any member asked for: how long a rebalance may take. */
export function rebalanceTimeoutMs(group: ClassicGroup): number {
  let longest = 0;
  for (const member of group.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
  return longest;
}

export function failedJoin(error: KnownErrorName, memberId: string): JoinAnswer {
  return {
    error,
    memberId,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leaderId: "",
    skipAssignment: false,
    members: [],
  };
}

export function failedSync(error: KnownErrorName): SyncAnswer {
  return { error, protocolType: null, protocolName: null, assignment: noBytes };
}
