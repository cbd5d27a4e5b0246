import type { AssignorMember } from "./assignor.ts";

/** Static members first, by instance id, as their member id changes with every restart (KIP-345). */
export function compareMembers(a: AssignorMember, b: AssignorMember): number {
  const [aId, bId] = [a.groupInstanceId, b.groupInstanceId];
  if (aId !== undefined && bId !== undefined && aId !== bId) return aId < bId ? -1 : 1;
  if (aId !== undefined && bId === undefined) return -1;
  if (bId !== undefined && aId === undefined) return 1;
  return compareText(a.memberId, b.memberId);
}

/** By UTF-16 code units, as Java compares strings. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
