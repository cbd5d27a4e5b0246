import { type Step, unchanged } from "./classicGroup.ts";
import type { At } from "./consumer/at.ts";
import type { Group } from "./consumer/consumerGroup.ts";
import { fenceMember as fenceConsumerMember } from "./consumer/fenceMember.ts";
import { removeMembers as removeConsumerMembers } from "./consumer/removal.ts";
import { bumpEpoch } from "./consumer/updateSubscriptions.ts";
import { rebalanceOrCompleteJoin, removeMembers } from "./rebalance.ts";
import { takeOverStaticMember } from "./staticMember.ts";

/** What becomes of a group of either kind. */
export type GroupStep = Pick<Step, "effects"> & { readonly group: Group };

/** Every member must join again, or is led to a new target. Undefined when the group has no members. */
export function rebalanceForced(group: Group, reason: string, { now }: At): GroupStep | undefined {
  if (group.members.size === 0) return undefined;
  if (group.type === "consumer") return { group: bumpEpoch(group, reason), effects: [] };
  return rebalanceOrCompleteJoin(unchanged(group), reason, now);
}

/** A member is put out, as by an operator. Undefined when the group has none of this id. */
export function memberEvicted(
  group: Group,
  { memberId, reason }: { readonly memberId: string; readonly reason: string },
  at: At,
): GroupStep | undefined {
  const why = { how: "evicted", reason, now: at.now } as const;
  if (group.type === "consumer") {
    const member = group.members.get(memberId);
    return member && removeConsumerMembers(group, [{ member, ...why }], at);
  }
  const member = group.members.get(memberId);
  return member && removeMembers(unchanged(group), [member], why);
}

/**
 * A member is fenced: a static one of a classic group by another that takes its place, one of a consumer group by its
 * epoch. Or what was not found.
 */
export function memberFenced(
  group: Group | undefined,
  { memberId, newMemberId }: { readonly memberId: string; readonly newMemberId: string },
  at: At,
): GroupStep | "notThere" | "notStatic" {
  if (group?.type === "consumer") {
    const member = group.members.get(memberId);
    return member ? fenceConsumerMember(group, member, at) : "notThere";
  }
  const member = group?.members.get(memberId);
  if (group === undefined || member === undefined) return "notThere";
  if (member.groupInstanceId === undefined) return "notStatic";
  return takeOverStaticMember(group, member, { newMemberId, now: at.now });
}
