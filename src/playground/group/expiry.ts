import {
  type ClassicGroup,
  type ClassicMember,
  type Step,
  unchanged,
  withMember,
  withoutPending,
} from "./classicGroup.ts";
import { completeJoinIfReady, joinPhaseDue, removeMembers } from "./rebalance.ts";

/** The next instant at which time alone changes the group, or undefined. */
export function nextDeadline(group: ClassicGroup): number | undefined {
  const due: number[] = [];
  const { phase } = group;
  if (phase.state === "PreparingRebalance") due.push(phase.completesAt);
  const syncsDueAt = syncDueAt(group);
  if (syncsDueAt !== undefined) due.push(syncsDueAt);
  for (const lapsesAt of group.pendingMembers.values()) due.push(lapsesAt);
  for (const { expiresAt } of group.members.values()) if (expiresAt !== undefined) due.push(expiresAt);
  return due.length === 0 ? undefined : due.reduce((a, b) => Math.min(a, b));
}

/** The group after every deadline up to `now`: sessions, pending ids, the join phase, missing SyncGroups. */
export function timePassed(group: ClassicGroup, now: number): Step {
  let step = unchanged(group);
  for (const [memberId, lapsesAt] of group.pendingMembers) {
    if (lapsesAt <= now) step = completeJoinIfReady(withoutPending(step, memberId), now);
  }
  for (const { memberId } of group.members.values()) {
    const member = step.group.members.get(memberId);
    if (member?.expiresAt !== undefined && member.expiresAt <= now) step = sessionDue(step, member, now);
  }
  const { phase } = step.group;
  if (phase.state === "PreparingRebalance" && phase.completesAt <= now) step = joinPhaseDue(step, now);
  if ((syncDueAt(step.group) ?? Number.POSITIVE_INFINITY) <= now) step = evictUnsynced(step, now);
  return step;
}

function sessionDue(step: Step, member: ClassicMember, now: number): Step {
  const waits = member.joinToken !== undefined || member.syncToken !== undefined;
  if (waits && !member.isNew) {
    // A parked request proves that the member lives; its session starts again with the answer.
    return withMember(step, { ...member, expiresAt: undefined });
  }
  const reason = member.isNew
    ? "its first JoinGroup was not answered in time"
    : `no heartbeat for its session timeout of ${member.sessionTimeoutMs} ms`;
  return removeMembers(step, [member], { how: "evicted", reason, now });
}

/** Members that joined this generation but never asked for their assignment hold up the others: they are out. */
function evictUnsynced(step: Step, now: number): Step {
  const missing = Array.from(step.group.members.values()).filter((member) => !member.synced);
  const reason = "it sent no SyncGroup within the rebalance timeout";
  return removeMembers(step, missing, { how: "evicted", reason, now });
}

/** When members that sent no SyncGroup are out; undefined when none is missing. */
function syncDueAt(group: ClassicGroup): number | undefined {
  const { phase } = group;
  if (phase.state !== "CompletingRebalance" && phase.state !== "Stable") return undefined;
  for (const member of group.members.values()) if (!member.synced) return phase.syncDueAt;
  return undefined;
}
