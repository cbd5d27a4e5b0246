import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { type ClassicGroup, type ClassicMember, unchanged, withMember } from "./classicGroup.ts";
import { findMember, type MemberIdentity } from "./membership.ts";

/** A Heartbeat request. */
export interface HeartbeatEvent extends MemberIdentity {
  readonly now: number;
  readonly generationId: number;
}

/** The group after a heartbeat, and the answer. */
export function heartbeat(
  group: ClassicGroup,
  event: HeartbeatEvent,
): { readonly group: ClassicGroup; readonly error: KnownErrorName } {
  const { state } = group.phase;
  if (state === "Dead") return { group, error: "COORDINATOR_NOT_AVAILABLE" };
  const lookup = findMember(group, event);
  if (!lookup.found) return { group, error: lookup.error };
  if (event.generationId !== group.generationId) return { group, error: "ILLEGAL_GENERATION" };
  if (state === "Empty") return { group, error: "UNKNOWN_MEMBER_ID" };
  const heard = keptAlive(group, lookup.member, event.now);
  // A member may heartbeat between JoinGroup and SyncGroup: that is no reason to send it round again.
  return { group: heard, error: state === "PreparingRebalance" ? "REBALANCE_IN_PROGRESS" : "NONE" };
}

/** The group with this member's session starting anew, as any sign of life does. */
export function keptAlive(group: ClassicGroup, member: ClassicMember, now: number): ClassicGroup {
  return withMember(unchanged(group), {
    ...member,
    lastHeardAt: now,
    expiresAt: now + member.sessionTimeoutMs,
  }).group;
}
