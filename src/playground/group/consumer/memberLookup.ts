import { err, ok, type Result } from "#base/result.ts";
import type { GroupEffect } from "../classicGroup.ts";
import {
  type ConsumerGroup,
  type ConsumerMember,
  memberOfInstance,
  newMember,
  type Refusal,
  staticLeaveEpoch,
} from "./consumerGroup.ts";
import { epochOf } from "./partitions.ts";
import type { Owned } from "./reconcile.ts";

/** The member a request speaks for, in a group that has it in its place. */
export interface FoundMember {
  readonly group: ConsumerGroup;
  readonly member: ConsumerMember;
  readonly effects: readonly GroupEffect[];
}

/** How a request names the member, and how it speaks. */
export interface Speaker {
  readonly memberId: string;
  readonly instanceId: string | undefined;
  /** Whether it may become a member now. */
  readonly mayJoin: boolean;
  readonly speaksClassic: boolean;
  readonly now: number;
}

/** A member by its id; a static one by its instance id, taking the place of who had it before (KIP-345, KIP-848). */
export function findOrAddMember(group: ConsumerGroup, speaker: Speaker): Result<FoundMember, Refusal> {
  const { memberId, instanceId, mayJoin, now } = speaker;
  if (instanceId === undefined) {
    const member = group.members.get(memberId) ?? (mayJoin ? newMember(memberId, now) : undefined);
    return member ? ok({ group, member, effects: [] }) : err(unknownMember(group, memberId));
  }
  const owner = memberOfInstance(group, instanceId);
  if (!mayJoin) {
    const found = findStaticMember(group, memberId, instanceId);
    return found.ok ? ok({ group, member: found.value, effects: [] }) : found;
  }
  if (owner === undefined) {
    return ok({ group, member: group.members.get(memberId) ?? newMember(memberId, now), effects: [] });
  }
  const bothNew = !speaker.speaksClassic && owner.classic === undefined;
  if (bothNew && owner.memberEpoch !== staticLeaveEpoch) {
    const message = `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${owner.memberId} member.`;
    return err({ error: "UNRELEASED_INSTANCE_ID", message });
  }
  return ok(takePlaceOf(group, owner, memberId));
}

/** The member that has the instance id, which must be the one that asks. */
export function findStaticMember(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string,
): Result<ConsumerMember, Refusal> {
  const owner = memberOfInstance(group, instanceId);
  if (owner === undefined) {
    return err({ error: "UNKNOWN_MEMBER_ID", message: `Instance id ${instanceId} is unknown.` });
  }
  if (owner.memberId === memberId) return ok(owner);
  const message = `Static member ${memberId} with instance id ${instanceId} was fenced by member ${owner.memberId}.`;
  return err({ error: "FENCED_INSTANCE_ID", message });
}

export function unknownMember(group: ConsumerGroup, memberId: string): Refusal {
  const message = `Member ${memberId} is not a member of group ${group.groupId}.`;
  return { error: "UNKNOWN_MEMBER_ID", message };
}

/**
 * Whether the epoch a member comes with is one it can have: its own, 0 to join again from nothing, or the one before
 * when the answer with its own got lost, which shows in that it owns nothing but what it was given.
 */
export function epochProblem(member: ConsumerMember, epoch: number, owned: Owned): Refusal | undefined {
  if (epoch === 0 || epoch === member.memberEpoch) return undefined;
  const ownsNoOther = owned?.every(({ topicId, partitions }) =>
    partitions.every((partition) => epochOf(member.assigned, { topic: topicId, partition }) !== undefined),
  );
  if (epoch < member.memberEpoch && epoch === member.previousMemberEpoch && ownsNoOther) return undefined;
  const relation = epoch > member.memberEpoch ? "greater" : "smaller";
  const message =
    `The consumer group member has a ${relation} member epoch (${epoch}) than the one known by the group coordinator ` +
    `(${member.memberEpoch}). The member must abandon all its partitions and rejoin.`;
  return { error: "FENCED_MEMBER_EPOCH", message };
}

/** The newcomer gets everything of the former member but its id and its epoch: nobody else has to move. */
function takePlaceOf(group: ConsumerGroup, former: ConsumerMember, memberId: string): FoundMember {
  const member = { ...former, memberId, memberEpoch: 0, previousMemberEpoch: 0 };
  const members = new Map<string, ConsumerMember>();
  for (const [id, each] of group.members)
    members.set(id === former.memberId ? memberId : id, each === former ? member : each);
  const target = new Map(group.target);
  target.delete(former.memberId);
  target.set(memberId, group.target.get(former.memberId) ?? []);
  const replaced = { ...group, members, target };
  if (former.memberId === memberId) return { group: replaced, member, effects: [] };
  const isBack = former.memberEpoch === staticLeaveEpoch;
  const reason = isBack
    ? `its static id ${former.instanceId} came back as ${memberId}`
    : `another client took over its static id ${former.instanceId}`;
  const how = isBack ? "left" : "fenced";
  return {
    group: replaced,
    member,
    effects: [{ type: "memberGone", memberId: former.memberId, how, reason }],
  };
}
