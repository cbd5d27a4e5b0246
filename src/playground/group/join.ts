import {
  type ClassicGroup,
  type ClassicMember,
  failedJoin,
  noBytes,
  type Step,
  staticMember,
  unchanged,
  withEffects,
  withMember,
  withoutPending,
  withPatch,
  withPhase,
} from "./classicGroup.ts";
import { fitsInGroup } from "./groupBytes.ts";
import type { JoinEvent } from "./joinEvent.ts";
import { findMember } from "./membership.ts";
import { offersSame, supportsProtocols } from "./protocolVoting.ts";
import { joinAnswer, prepareRebalance, rebalanceOrCompleteJoin } from "./rebalance.ts";
import { replaceStaticMember } from "./staticMember.ts";

/** The group after a JoinGroup request; the answer may come now or with a later step. */
export function join(group: ClassicGroup, event: JoinEvent): Step {
  const { settings } = group;
  const refuse = (error: Parameters<typeof failedJoin>[0], memberId = event.memberId) =>
    answerNow(unchanged(group), event, failedJoin(error, memberId));

  if (group.phase.state === "Dead") return refuse("COORDINATOR_NOT_AVAILABLE");
  if (
    event.sessionTimeoutMs < settings.minSessionTimeoutMs ||
    event.sessionTimeoutMs > settings.maxSessionTimeoutMs
  ) {
    return refuse("INVALID_SESSION_TIMEOUT");
  }
  if (!supportsProtocols(group, event.protocolType, event.protocols)) {
    return refuse("INCONSISTENT_GROUP_PROTOCOL");
  }
  const known = group.members.has(event.memberId) || group.pendingMembers.has(event.memberId);
  if (!known && group.members.size + group.pendingMembers.size >= settings.maxMembers) {
    return refuse("GROUP_MAX_SIZE_REACHED");
  }
  if (!fitsInGroup(group, event)) return refuse("UNKNOWN_SERVER_ERROR");
  return event.memberId === "" ? joinWithoutId(group, event) : joinWithId(group, event);
}

function joinWithoutId(group: ClassicGroup, event: JoinEvent): Step {
  if (event.groupInstanceId !== undefined) {
    const former = staticMember(group, event.groupInstanceId);
    return former ? replaceStaticMember(group, former, event) : addMember(unchanged(group), event);
  }
  if (!event.requiresKnownMemberId) return addMember(unchanged(group), event);
  const lapsesAt = event.now + event.sessionTimeoutMs;
  const pendingMembers = new Map(group.pendingMembers).set(event.newMemberId, lapsesAt);
  const step = withPatch(unchanged(group), { pendingMembers });
  return answerNow(step, event, failedJoin("MEMBER_ID_REQUIRED", event.newMemberId));
}

function joinWithId(group: ClassicGroup, event: JoinEvent): Step {
  if (group.pendingMembers.has(event.memberId) && event.groupInstanceId === undefined) {
    return addMember(withoutPending(unchanged(group), event.memberId), event, event.memberId);
  }
  const lookup = findMember(group, event);
  if (!lookup.found) return answerNow(unchanged(group), event, failedJoin(lookup.error, event.memberId));
  return rejoin(group, lookup.member, event);
}

function rejoin(group: ClassicGroup, member: ClassicMember, event: JoinEvent): Step {
  const same = offersSame(member, event.protocols);
  switch (group.phase.state) {
    case "PreparingRebalance":
      return rebalanceOrCompleteJoin(updateMember(group, member, event), "", event.now);
    case "CompletingRebalance":
      // Offering the same again means that the answer to its first JoinGroup got lost: it is repeated.
      if (same) return answerNow(heardOf(group, member, event), event, joinAnswer(group, member.memberId));
      return prepareRebalance(
        updateMember(group, member, event),
        because(
          event,
          `${member.memberId} changed what it offers while the group was completing a rebalance`,
        ),
        event.now,
      );
    case "Stable":
      if (member.memberId === group.leaderId) {
        const reason = because(event, `the leader ${member.memberId} joined again`);
        return prepareRebalance(updateMember(group, member, event), reason, event.now);
      }
      if (same) return answerNow(heardOf(group, member, event), event, joinAnswer(group, member.memberId));
      return prepareRebalance(
        updateMember(group, member, event),
        because(event, `${member.memberId} changed its subscription or what it offers`),
        event.now,
      );
    case "Empty":
    case "Dead":
      return answerNow(unchanged(group), event, failedJoin("UNKNOWN_MEMBER_ID", event.memberId));
  }
}

function addMember(step: Step, event: JoinEvent, memberId = event.newMemberId): Step {
  const { phase } = step.group;
  let next = step;
  if (phase.state === "PreparingRebalance" && phase.initial) {
    // A newcomer lets the initial delay start again, within what remains of it.
    const initial = { ...phase.initial, memberAdded: true };
    next = withPhase(next, { ...phase, initial }, event.now);
  }
  const patch = {
    protocolType: next.group.members.size === 0 ? event.protocolType : next.group.protocolType,
    leaderId: next.group.leaderId ?? memberId,
  };
  next = withMember(withPatch(next, patch), {
    memberId,
    groupInstanceId: event.groupInstanceId,
    clientId: event.clientId,
    clientHost: event.clientHost,
    sessionTimeoutMs: event.sessionTimeoutMs,
    rebalanceTimeoutMs: event.rebalanceTimeoutMs,
    protocols: event.protocols,
    assignment: noBytes,
    joinToken: event.token,
    syncToken: undefined,
    synced: false,
    isNew: true,
    lastHeardAt: event.now,
    expiresAt: event.now + step.group.settings.newMemberJoinTimeoutMs,
  });
  return rebalanceOrCompleteJoin(next, because(event, `${memberId} joined`), event.now);
}

function updateMember(group: ClassicGroup, member: ClassicMember, event: JoinEvent): Step {
  let step = unchanged(group);
  if (member.joinToken !== undefined) {
    // The client gave up on its earlier request; only the newest one gets the generation.
    const answer = failedJoin("REBALANCE_IN_PROGRESS", member.memberId);
    step = withEffects(step, { type: "joinAnswered", token: member.joinToken, answer });
  }
  return withMember(step, {
    ...member,
    protocols: event.protocols,
    sessionTimeoutMs: event.sessionTimeoutMs,
    rebalanceTimeoutMs: event.rebalanceTimeoutMs,
    joinToken: event.token,
    lastHeardAt: event.now,
  });
}

function heardOf(group: ClassicGroup, member: ClassicMember, event: JoinEvent): Step {
  const expiresAt = event.now + member.sessionTimeoutMs;
  return withMember(unchanged(group), { ...member, lastHeardAt: event.now, expiresAt });
}

function answerNow(step: Step, event: JoinEvent, answer: ReturnType<typeof failedJoin>): Step {
  return withEffects(step, { type: "joinAnswered", token: event.token, answer });
}

function because(event: JoinEvent, what: string): string {
  return event.reason ? `${what} (client's reason: ${event.reason})` : what;
}
