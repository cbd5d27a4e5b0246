import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { type ClassicGroup, type ClassicMember, staticMember } from "./classicGroup.ts";

/** How a request names the member it comes from. */
export interface MemberIdentity {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
}

export type MemberLookup =
  | { readonly found: true; readonly member: ClassicMember }
  | { readonly found: false; readonly error: KnownErrorName };

/** The member a request speaks for; a static id that another member took over fences the former one (KIP-345). */
export function findMember(group: ClassicGroup, identity: MemberIdentity): MemberLookup {
  if (identity.groupInstanceId !== undefined) {
    const owner = staticMember(group, identity.groupInstanceId);
    if (owner === undefined) return { found: false, error: "UNKNOWN_MEMBER_ID" };
    if (owner.memberId !== identity.memberId) return { found: false, error: "FENCED_INSTANCE_ID" };
    return { found: true, member: owner };
  }
  const member = group.members.get(identity.memberId);
  return member ? { found: true, member } : { found: false, error: "UNKNOWN_MEMBER_ID" };
}

/** Why these offsets must not be committed, or NONE; within a transaction the rules are laxer (KIP-447). */
export function commitError(
  group: ClassicGroup,
  request: MemberIdentity & { readonly generationId: number; readonly isTransactional?: boolean | undefined },
): KnownErrorName {
  const { state } = group.phase;
  if (state === "Dead") return "COORDINATOR_NOT_AVAILABLE";
  // Generation -1 is a tool, or a consumer that manages its partitions itself: fine while nobody is a member.
  if (request.generationId < 0 && state === "Empty") return "NONE";
  const names = request.generationId >= 0 || request.memberId !== "" || request.groupInstanceId !== undefined;
  if (names) {
    const lookup = findMember(group, request);
    if (!lookup.found) return lookup.error;
    if (request.generationId !== group.generationId) return "ILLEGAL_GENERATION";
  } else if (state !== "Empty" && !request.isTransactional) {
    return "UNKNOWN_MEMBER_ID";
  }
  return state === "CompletingRebalance" && !request.isTransactional ? "REBALANCE_IN_PROGRESS" : "NONE";
}
