import {
  type ClassicGroup,
  type ClassicMember,
  failedJoin,
  failedSync,
  type JoinAnswer,
  noBytes,
  rebalanceTimeoutMs,
  type Step,
  withEffects,
  withMembers,
  withPatch,
  withPhase,
} from "./classicGroup.ts";
import { metadataFor, selectProtocol } from "./protocolVoting.ts";

/** Begins a rebalance, or when one is being prepared, sees whether everybody is there. */
export function rebalanceOrCompleteJoin(step: Step, reason: string, now: number): Step {
  const { state } = step.group.phase;
  if (state === "PreparingRebalance") return completeJoinIfReady(step, now);
  return prepareRebalance(step, reason, now);
}

/** Every member must join again; whoever waits for its assignment is told so. */
export function prepareRebalance(step: Step, reason: string, now: number): Step {
  const before = step.group;
  let next = withPatch(step, { rebalanceReason: reason });
  if (before.phase.state === "CompletingRebalance") {
    next = answerSyncs(next, () => failedSync("REBALANCE_IN_PROGRESS"), now);
    next = withMembers(next, (member) => ({ ...member, assignment: noBytes }));
  }
  next = withMembers(next, (member) => ({ ...member, synced: false }));
  const timeoutMs = rebalanceTimeoutMs(next.group);
  if (before.phase.state === "Empty") {
    // A new group waits a little for more members, so that starting ten of them is one rebalance.
    const delayMs = next.group.settings.initialRebalanceDelayMs;
    const initial = { remainingMs: Math.max(timeoutMs - delayMs, 0), memberAdded: false };
    return withPhase(next, { state: "PreparingRebalance", completesAt: now + delayMs, initial }, now);
  }
  const phase = { state: "PreparingRebalance", completesAt: now + timeoutMs, initial: undefined } as const;
  return completeJoinIfReady(withPhase(next, phase, now), now);
}

/** Ends the join phase as soon as nobody is missing; an initial delay is waited for all the same. */
export function completeJoinIfReady(step: Step, now: number): Step {
  const { phase, members, pendingMembers } = step.group;
  if (phase.state !== "PreparingRebalance" || phase.initial !== undefined || pendingMembers.size > 0) {
    return step;
  }
  for (const member of members.values()) if (member.joinToken === undefined) return step;
  return completeJoin(step, now);
}

/** The time of the join phase is up, or an initial delay is over. */
export function joinPhaseDue(step: Step, now: number): Step {
  const { phase, settings } = step.group;
  if (phase.state !== "PreparingRebalance") return step;
  if (phase.initial?.memberAdded && phase.initial.remainingMs > 0) {
    const delayMs = Math.min(settings.initialRebalanceDelayMs, phase.initial.remainingMs);
    const initial = { remainingMs: phase.initial.remainingMs - delayMs, memberAdded: false };
    return withPhase(step, { ...phase, completesAt: now + delayMs, initial }, now);
  }
  return completeJoin(step, now);
}

/** Removes the members for good; a request one of them has parked is answered. The rest rebalances once. */
export function removeMembers(
  step: Step,
  removed: readonly ClassicMember[],
  why: { readonly how: "left" | "evicted"; readonly reason: string; readonly now: number },
): Step {
  if (removed.length === 0) return step;
  let next = step;
  for (const member of removed) next = detach(next, member, why);
  const names = removed.map(({ memberId }) => memberId).join(", ");
  return rebalanceOrCompleteJoin(next, `${names} is gone: ${why.reason}`, why.now);
}

/** The answer that tells a member its part in the current generation. */
export function joinAnswer(group: ClassicGroup, memberId: string): JoinAnswer {
  return {
    error: "NONE",
    memberId,
    generationId: group.generationId,
    protocolType: group.protocolType ?? null,
    protocolName: group.protocolName ?? null,
    leaderId: group.leaderId ?? "",
    skipAssignment: false,
    members: memberId === group.leaderId ? memberList(group) : [],
  };
}

/** All members with what the chosen assignor wants to know of them. */
export function memberList(group: ClassicGroup): JoinAnswer["members"] {
  return Array.from(group.members.values(), (member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId ?? null,
    metadata: metadataFor(member, group.protocolName),
  }));
}

/** Answers every parked SyncGroup; whoever waited for the leader has its full session time from now. */
export function answerSyncs(
  step: Step,
  answer: (member: ClassicMember) => ReturnType<typeof failedSync>,
  now: number,
): Step {
  let next = step;
  for (const member of step.group.members.values()) {
    if (member.syncToken === undefined) continue;
    next = withEffects(next, { type: "syncAnswered", token: member.syncToken, answer: answer(member) });
  }
  return withMembers(next, (member) =>
    member.syncToken === undefined
      ? member
      : { ...member, syncToken: undefined, expiresAt: now + member.sessionTimeoutMs },
  );
}

function completeJoin(step: Step, now: number): Step {
  const due = evictMissing(step);
  if (due.group.members.size === 0) return toEmpty(due, now);
  const elected = electJoinedLeader(due.group);
  if (elected === undefined) {
    // Only static members are left and none came back: their sessions decide how long to wait.
    const completesAt = now + rebalanceTimeoutMs(due.group);
    return withPhase(due, { state: "PreparingRebalance", completesAt, initial: undefined }, now);
  }
  const generationId = nextGeneration(due.group.generationId);
  let next = withPatch(due, { leaderId: elected, generationId });
  next = withPatch(next, { protocolName: selectProtocol(next.group) });
  const syncDueAt = now + rebalanceTimeoutMs(next.group);
  next = withPhase(next, { state: "CompletingRebalance", syncDueAt }, now);
  return answerJoins(next, now);
}

function answerJoins(step: Step, now: number): Step {
  let next = step;
  for (const member of step.group.members.values()) {
    if (member.joinToken === undefined) continue;
    const answer = joinAnswer(step.group, member.memberId);
    next = withEffects(next, { type: "joinAnswered", token: member.joinToken, answer });
  }
  return withMembers(next, (member) => ({
    ...member,
    joinToken: undefined,
    isNew: false,
    synced: false,
    expiresAt: now + member.sessionTimeoutMs,
  }));
}

/** Dynamic members that did not join again in time are out; static ones keep their place (KIP-345). */
function evictMissing(step: Step): Step {
  let next = step;
  for (const member of step.group.members.values()) {
    if (member.joinToken !== undefined || member.groupInstanceId !== undefined) continue;
    const reason = "it did not rejoin within the rebalance timeout";
    next = detach(next, member, { how: "evicted", reason });
  }
  return next;
}

function electJoinedLeader(group: ClassicGroup): string | undefined {
  const leader = group.leaderId === undefined ? undefined : group.members.get(group.leaderId);
  if (leader?.joinToken !== undefined) return leader.memberId;
  for (const member of group.members.values()) {
    if (member.joinToken !== undefined) return member.memberId;
  }
  return undefined;
}

function detach(
  step: Step,
  removed: ClassicMember,
  why: { readonly how: "left" | "evicted"; readonly reason: string },
): Step {
  const { memberId, joinToken, syncToken } = removed;
  const members = new Map(step.group.members);
  members.delete(memberId);
  const leaderId = step.group.leaderId === memberId ? members.keys().next().value : step.group.leaderId;
  let next = withPatch(step, { members, leaderId });
  next = withEffects(next, { type: "memberGone", memberId, how: why.how, reason: why.reason });
  if (joinToken !== undefined) {
    const answer = failedJoin("UNKNOWN_MEMBER_ID", memberId);
    next = withEffects(next, { type: "joinAnswered", token: joinToken, answer });
  }
  if (syncToken !== undefined) {
    next = withEffects(next, {
      type: "syncAnswered",
      token: syncToken,
      answer: failedSync("UNKNOWN_MEMBER_ID"),
    });
  }
  return next;
}

function toEmpty(step: Step, now: number): Step {
  const generationId = nextGeneration(step.group.generationId);
  const next = withPatch(step, { generationId, protocolName: undefined, leaderId: undefined });
  return withPhase(next, { state: "Empty" }, now);
}

function nextGeneration(generationId: number): number {
  return generationId === 0x7fffffff ? 1 : generationId + 1;
}
