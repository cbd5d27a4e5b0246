import {
  type ClassicGroup,
  type ClassicMember,
  failedJoin,
  failedSync,
  type Step,
  unchanged,
  withEffects,
  withPatch,
} from "./classicGroup.ts";
import type { JoinEvent } from "./joinEvent.ts";
import { selectProtocol } from "./protocolVoting.ts";
import { joinAnswer, memberList, prepareRebalance, rebalanceOrCompleteJoin } from "./rebalance.ts";

/**
 * A static member came back without its member id: it gets a new one, the former one is fenced, and as long as the
 * chosen assignor stays the same it finds its partitions without a rebalance (KIP-345).
 */
export function replaceStaticMember(group: ClassicGroup, former: ClassicMember, event: JoinEvent): Step {
  const replaced = putInPlaceOf(group, former, event);
  const { groupInstanceId } = former;
  switch (group.phase.state) {
    case "Stable": {
      if (selectProtocol(replaced.group) !== group.protocolName) {
        const reason = `static member ${groupInstanceId} came back and changes the choice of assignor`;
        return prepareRebalance(replaced, reason, event.now);
      }
      return answerWithPlace(replaced, group, event);
    }
    case "CompletingRebalance": {
      // The leader may already be assigning to the former id, which would leave the new one with nothing.
      const reason = `static member ${groupInstanceId} came back while the group was completing a rebalance`;
      return prepareRebalance(replaced, reason, event.now);
    }
    case "PreparingRebalance":
    case "Empty":
    case "Dead":
      return rebalanceOrCompleteJoin(replaced, `static member ${groupInstanceId} came back`, event.now);
  }
}

/**
 * Another instance takes the static member's place with everything it has, as a second process with its id does that
 * then says nothing more: the former one is fenced, and the newcomer stays until its session is over.
 */
export function takeOverStaticMember(
  group: ClassicGroup,
  former: ClassicMember,
  { newMemberId, now }: { readonly newMemberId: string; readonly now: number },
): Step {
  const replaced = inPlaceOf(group, former, {
    ...former,
    memberId: newMemberId,
    joinToken: undefined,
    syncToken: undefined,
    lastHeardAt: now,
    expiresAt: now + former.sessionTimeoutMs,
  });
  if (group.phase.state !== "CompletingRebalance") return replaced;
  const reason = `static member ${former.groupInstanceId} came back while the group was completing a rebalance`;
  return prepareRebalance(replaced, reason, now);
}

function answerWithPlace(step: Step, before: ClassicGroup, event: JoinEvent): Step {
  const { newMemberId: memberId, token } = event;
  const isLeader = step.group.leaderId === memberId;
  const placed = withPatch(step, {
    members: new Map(step.group.members).set(memberId, withoutParkedJoin(step.group, memberId, event.now)),
  });
  const answer = event.supportsSkippingAssignment
    ? {
        ...joinAnswer(placed.group, memberId),
        skipAssignment: isLeader,
        members: isLeader ? memberList(placed.group) : [],
      }
    : // An older client that saw itself as leader would assign again without anybody syncing with it.
      { ...joinAnswer(placed.group, memberId), leaderId: before.leaderId ?? "", members: [] };
  return withEffects(placed, { type: "joinAnswered", token, answer });
}

function withoutParkedJoin(group: ClassicGroup, memberId: string, now: number): ClassicMember {
  const member = group.members.get(memberId);
  if (!member) throw new RangeError(`${memberId} is not a member of ${group.groupId}`);
  return { ...member, joinToken: undefined, isNew: false, expiresAt: now + member.sessionTimeoutMs };
}

function putInPlaceOf(group: ClassicGroup, former: ClassicMember, event: JoinEvent): Step {
  return inPlaceOf(group, former, {
    ...former,
    memberId: event.newMemberId,
    clientId: event.clientId,
    clientHost: event.clientHost,
    sessionTimeoutMs: event.sessionTimeoutMs,
    rebalanceTimeoutMs: event.rebalanceTimeoutMs,
    protocols: event.protocols,
    joinToken: event.token,
    syncToken: undefined,
    lastHeardAt: event.now,
    expiresAt: event.now + event.sessionTimeoutMs,
  });
}

function inPlaceOf(group: ClassicGroup, former: ClassicMember, renamed: ClassicMember): Step {
  const members = new Map<string, ClassicMember>();
  for (const [memberId, member] of group.members) {
    if (memberId === former.memberId) members.set(renamed.memberId, renamed);
    else members.set(memberId, member);
  }
  const leaderId = group.leaderId === former.memberId ? renamed.memberId : group.leaderId;
  return fence(withPatch(unchanged(group), { members, leaderId }), former);
}

function fence(step: Step, former: ClassicMember): Step {
  const { memberId, joinToken, syncToken, groupInstanceId } = former;
  const reason = `another client took over its static id ${groupInstanceId}`;
  let next = withEffects(step, { type: "memberGone", memberId, how: "fenced", reason });
  if (joinToken !== undefined) {
    const answer = failedJoin("FENCED_INSTANCE_ID", memberId);
    next = withEffects(next, { type: "joinAnswered", token: joinToken, answer });
  }
  if (syncToken !== undefined) {
    const answer = failedSync("FENCED_INSTANCE_ID");
    next = withEffects(next, { type: "syncAnswered", token: syncToken, answer });
  }
  return next;
}
