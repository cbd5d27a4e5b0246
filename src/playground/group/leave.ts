import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { type ClassicGroup, type Step, staticMember, unchanged, withoutPending } from "./classicGroup.ts";
import { findMember, type MemberIdentity } from "./membership.ts";
import { completeJoinIfReady, removeMembers } from "./rebalance.ts";

/** A LeaveGroup request: since version 3 for several members at once. */
export interface LeaveEvent {
  readonly now: number;
  readonly members: readonly (MemberIdentity & { readonly reason: string | undefined })[];
}

/** The group after members left, with the outcome of each in the order asked. */
export function leave(
  group: ClassicGroup,
  event: LeaveEvent,
): { readonly step: Step; readonly errors: readonly KnownErrorName[] } {
  let step = unchanged(group);
  const errors: KnownErrorName[] = [];
  for (const leaving of event.members) {
    const outcome = leaveOne(step, leaving, event.now);
    step = outcome.step;
    errors.push(outcome.error);
  }
  return { step, errors };
}

function leaveOne(
  step: Step,
  leaving: LeaveEvent["members"][number],
  now: number,
): { readonly step: Step; readonly error: KnownErrorName } {
  const { group } = step;
  if (group.phase.state === "Dead") return { step, error: "COORDINATOR_NOT_AVAILABLE" };
  const reason = leaving.reason ? `it left: ${leaving.reason}` : "it left";
  if (leaving.memberId === "" && leaving.groupInstanceId !== undefined) {
    // An operator removes a static member by its instance id alone.
    const member = staticMember(group, leaving.groupInstanceId);
    if (!member) return { step, error: "UNKNOWN_MEMBER_ID" };
    return { step: removeMembers(step, [member], { how: "left", reason, now }), error: "NONE" };
  }
  if (leaving.groupInstanceId === undefined && group.pendingMembers.has(leaving.memberId)) {
    return { step: completeJoinIfReady(withoutPending(step, leaving.memberId), now), error: "NONE" };
  }
  const lookup = findMember(group, leaving);
  if (!lookup.found) return { step, error: lookup.error };
  return { step: removeMembers(step, [lookup.member], { how: "left", reason, now }), error: "NONE" };
}
