import type { BrokerMemberPhase, GroupDescribed, ObservedMember } from "#trace/observations/group.ts";
import type { ClassicGroup, ClassicMember } from "./classicGroup.ts";
import { metadataFor } from "./protocolVoting.ts";
import type { SubscriptionReader } from "./subscriptionReader.ts";

/** The group as the broker sees it, with what only a broker knows: who is missing, and when it is out. */
export function describeGroup(
  group: ClassicGroup,
  reader: SubscriptionReader,
  coordinator: string | undefined,
): GroupDescribed {
  return {
    type: "group.described",
    groupId: group.groupId,
    groupType: "classic",
    state: group.phase.state,
    stateSince: group.stateSince,
    protocolType: group.protocolType,
    assignor: group.protocolName,
    generationId: group.generationId,
    coordinator,
    members: Array.from(group.members.values(), (member) => describeMember(group, member, reader)),
    rebalanceReason: group.rebalanceReason,
  };
}

function describeMember(
  group: ClassicGroup,
  member: ClassicMember,
  reader: SubscriptionReader,
): ObservedMember {
  const phase = phaseOf(group, member);
  const metadata = metadataFor(member, group.protocolName ?? member.protocols[0]?.name);
  const subscription = group.protocolType === "consumer" ? reader.subscription(metadata) : undefined;
  const holdsAssignment = phase === "stable" || phase === "notRejoined";
  return {
    memberId: member.memberId,
    clientId: member.clientId,
    host: member.clientHost,
    groupInstanceId: member.groupInstanceId,
    assignors: member.protocols.map(({ name }) => name),
    subscribedTopics: subscription?.topics,
    owned: subscription?.owned,
    assigned: holdsAssignment ? reader.assignment(member.assignment) : undefined,
    phase,
    isLeader: member.memberId === group.leaderId,
    sessionTimeoutMs: member.sessionTimeoutMs,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    lastHeartbeatAt: member.lastHeardAt,
    evictedAt: evictedAt(group, member),
  };
}

function phaseOf(group: ClassicGroup, member: ClassicMember): BrokerMemberPhase {
  switch (group.phase.state) {
    case "PreparingRebalance":
      return member.joinToken === undefined ? "notRejoined" : "joined";
    case "CompletingRebalance":
      return member.syncToken === undefined ? "joined" : "awaitingSync";
    case "Stable":
      return member.synced ? "stable" : "joined";
    case "Empty":
    case "Dead":
      return "notRejoined";
  }
}

/** When the member is out unless it is heard of: its session, or the end of what the group waits for. */
function evictedAt(group: ClassicGroup, member: ClassicMember): number | undefined {
  const { phase } = group;
  const limits = member.expiresAt === undefined ? [] : [member.expiresAt];
  if (member.joinToken !== undefined || member.syncToken !== undefined) return undefined;
  if (phase.state === "PreparingRebalance" && member.groupInstanceId === undefined) {
    limits.push(phase.completesAt);
  }
  if ((phase.state === "CompletingRebalance" || phase.state === "Stable") && !member.synced) {
    limits.push(phase.syncDueAt);
  }
  return limits.length === 0 ? undefined : Math.min(...limits);
}
