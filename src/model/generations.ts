import type { TopicPartition } from "#base/topicPartition.ts";
import { compareTopicPartitions } from "#base/topicPartition.ts";
import type { Vantage } from "#trace/observation.ts";
import type { GroupDescribed, GroupMemberPhase } from "#trace/observations/group.ts";
import { keepNewest, type Seen, speaksFor } from "./seen.ts";

/** What one member had of a generation. */
export interface MemberShare {
  readonly memberId: string;
  readonly clientId: string;
  readonly assigned: readonly TopicPartition[];
}

/** A generation (classic) or epoch (KIP-848) of a group. */
export interface GenerationState {
  /** Undefined when only samples saw it: a real broker does not tell. */
  readonly generationId: number | undefined;
  assignor: string | undefined;
  readonly fromAt: number;
  toAt: number | undefined;
  rebalance: { fromAt: number; toAt: number | undefined; reason: string | undefined } | undefined;
  shares: readonly MemberShare[];
  /** True when `shares` are those of all members, so that what is in none of them belongs to nobody. */
  complete: boolean;
  vantage: Vantage;
}

/** The generations of a group, oldest first. */
export interface GenerationsState {
  list: GenerationState[];
  dropped: number;
  /** A rebalance that has not led to a generation yet. */
  pending: { readonly fromAt: number; reason: string | undefined } | undefined;
  /** Sessions of ours that are in the group now: they know generations better than samples do. */
  ownMembers: Set<string>;
}

const maxGenerations = 200;
const maxRemembered = 50_000;

export function createGenerations(): GenerationsState {
  return { list: [], dropped: 0, pending: undefined, ownMembers: new Set() };
}

const settledStates = new Set(["Stable", "Empty", "Dead"]);

/** A description by the broker itself: it knows every transition. */
export function foldBrokerGeneration(state: GenerationsState, seen: Seen<GroupDescribed>): void {
  const generationId = seen.groupEpoch ?? seen.generationId;
  if (seen.state === "Empty" || seen.state === "Dead") {
    close(state, seen.at);
    state.pending = undefined;
    return;
  }
  if (!settledStates.has(seen.state)) {
    begin(state, { at: seen.stateSince ?? seen.at, reason: seen.rebalanceReason });
  }
  const opens =
    generationId !== undefined && generationId > 0 && current(state)?.generationId !== generationId;
  if (opens && seen.state !== "PreparingRebalance") {
    open(state, { generationId, assignor: seen.assignor, at: seen.at, vantage: "broker" });
  }
  if (seen.state === "PreparingRebalance") return;
  fill(state, seen);
}

/**
 * A sample. It has no generationId of a classic group, so a different assignment in Stable is all that shows a new
 * one; where one of ours is a member, the sample only fills in what the others were assigned.
 */
export function foldSampledGeneration(state: GenerationsState, seen: Seen<GroupDescribed>): void {
  const generationId = seen.groupEpoch ?? seen.generationId;
  const asked = speaksFor(seen);
  if (seen.members.length === 0) {
    if (state.ownMembers.size === 0) close(state, seen.at);
    return;
  }
  const last = current(state);
  if (last && last.fromAt > asked) return;
  const ownKnows = state.ownMembers.size > 0 && generationId === undefined;
  if (!settledStates.has(seen.state) && !ownKnows) begin(state, { at: asked, reason: seen.rebalanceReason });
  if (!ownKnows && isNewInSample(last, seen, generationId)) {
    open(state, { generationId, assignor: seen.assignor, at: asked, vantage: "sampled" });
  }
  if (seen.state === "Stable" || generationId !== undefined) fill(state, seen);
}

/** One of ours moved on: it knows its own share, and as the leader everyone's. */
export function foldOwnGeneration(state: GenerationsState, seen: Seen<GroupMemberPhase>): void {
  const inGroup = seen.phase !== "ended" && seen.phase !== "leaving" && seen.phase !== "fatal";
  if (inGroup) state.ownMembers.add(seen.sessionId);
  else state.ownMembers.delete(seen.sessionId);
  if (seen.phase === "joining" || seen.phase === "revoking")
    begin(state, { at: seen.at, reason: seen.reason });
  const { memberId } = seen;
  const generationId = seen.memberEpoch ?? seen.generationId;
  if (generationId === undefined || memberId === undefined) return;
  if (seen.phase !== "syncing" && seen.phase !== "stable") return;

  const last = current(state);
  if (last?.generationId === undefined || last.generationId < generationId) {
    open(state, { generationId, assignor: seen.assignor, at: seen.at, vantage: "member" });
  }
  const generation = current(state);
  if (generation?.generationId !== generationId) return;
  generation.assignor ??= seen.assignor;
  addOwnShare(generation, { memberId, seen });
  if (seen.phase === "stable") settle(state, seen.at);
}

function addOwnShare(
  generation: GenerationState,
  own: { readonly memberId: string; readonly seen: Seen<GroupMemberPhase> },
): void {
  const { memberId, seen } = own;
  if (seen.assignments) {
    generation.shares = seen.assignments.map((share) => ({ clientId: "", ...share }));
    generation.complete = true;
  } else if (seen.phase === "stable" && !generation.complete) {
    const others = generation.shares.filter((share) => share.memberId !== memberId);
    generation.shares = [...others, { memberId, clientId: seen.clientId, assigned: seen.assigned }];
  }
}

/** The generation that lasts, if one does. */
function current(state: { readonly list: readonly GenerationState[] }): GenerationState | undefined {
  const last = state.list.at(-1);
  return last && last.toAt === undefined ? last : undefined;
}

function begin(
  state: GenerationsState,
  rebalance: { readonly at: number; readonly reason: string | undefined },
): void {
  const underWay = current(state)?.rebalance;
  if (underWay && underWay.toAt === undefined) {
    underWay.reason ??= rebalance.reason;
    return;
  }
  state.pending ??= { fromAt: rebalance.at, reason: rebalance.reason };
  state.pending.reason ??= rebalance.reason;
}

function open(
  state: GenerationsState,
  to: {
    readonly generationId: number | undefined;
    readonly assignor: string | undefined;
    readonly at: number;
    readonly vantage: Vantage;
  },
): void {
  const left = current(state);
  // A generation that never became Stable is followed in the same rebalance, which goes on.
  const goesOn = left?.rebalance?.toAt === undefined ? left?.rebalance : undefined;
  if (left) {
    left.toAt = to.at;
    if (goesOn) goesOn.toAt = to.at;
  }
  const pending = state.pending ?? (goesOn && { fromAt: to.at, reason: goesOn.reason });
  state.pending = undefined;
  state.list.push({
    generationId: to.generationId,
    assignor: to.assignor,
    fromAt: to.at,
    toAt: undefined,
    rebalance: pending && { fromAt: pending.fromAt, toAt: undefined, reason: pending.reason },
    shares: [],
    complete: false,
    vantage: to.vantage,
  });
  state.dropped += keepNewest(state.list, maxGenerations);
  let remembered = state.list.reduce((sum, generation) => sum + sizeOf(generation), 0);
  while (remembered > maxRemembered && state.list.length > 1) {
    remembered -= sizeOf(state.list.shift());
    state.dropped += 1;
  }
}

function sizeOf(generation: GenerationState | undefined): number {
  return generation?.shares.reduce((sum, share) => sum + share.assigned.length, 0) ?? 0;
}

function close(state: GenerationsState, at: number): void {
  const last = current(state);
  if (!last) return;
  last.toAt = at;
  if (last.rebalance && last.rebalance.toAt === undefined) last.rebalance.toAt = at;
}

function settle(state: GenerationsState, at: number): void {
  state.pending = undefined;
  const rebalance = current(state)?.rebalance;
  if (rebalance && rebalance.toAt === undefined) rebalance.toAt = at;
}

function fill(state: GenerationsState, seen: Seen<GroupDescribed>): void {
  const generation = current(state);
  if (!generation) return;
  generation.assignor ??= seen.assignor;
  const shares = sharesOf(seen);
  if (shares) {
    generation.shares = shares;
    generation.complete = true;
  }
  if (seen.state === "Stable") settle(state, seen.at);
}

function isNewInSample(
  last: GenerationState | undefined,
  seen: Seen<GroupDescribed>,
  generationId: number | undefined,
): boolean {
  if (generationId !== undefined) return last?.generationId !== generationId;
  if (seen.state !== "Stable") return false;
  const shares = sharesOf(seen);
  return last === undefined || (shares !== undefined && !sameShares(last.shares, shares));
}

function sharesOf(seen: Seen<GroupDescribed>): readonly MemberShare[] | undefined {
  const shares: MemberShare[] = [];
  for (const { memberId, clientId, assigned } of seen.members) {
    if (assigned === undefined) return undefined;
    shares.push({ memberId, clientId, assigned });
  }
  return shares;
}

function sameShares(before: readonly MemberShare[], after: readonly MemberShare[]): boolean {
  if (before.length !== after.length) return false;
  return after.every((share) => {
    const known = before.find(({ memberId }) => memberId === share.memberId);
    return known !== undefined && samePartitions(known.assigned, share.assigned);
  });
}

function samePartitions(a: readonly TopicPartition[], b: readonly TopicPartition[]): boolean {
  if (a.length !== b.length) return false;
  const [left, right] = [[...a].sort(compareTopicPartitions), [...b].sort(compareTopicPartitions)];
  return left.every((key, index) => {
    const other = right[index];
    return other !== undefined && compareTopicPartitions(key, other) === 0;
  });
}
