import type { BrokerMemberPhase, GroupDescribed, ObservedMember } from "#trace/observations/group.ts";
import {
  type ConsumerGroup,
  type ConsumerMember,
  isReconciled,
  stateOf,
  staticLeaveEpoch,
} from "./consumerGroup.ts";
import { entriesOf, union } from "./partitions.ts";
import { preferredAssignor } from "./targetAssignment.ts";
import { type TopicsView, withNames } from "./topicsView.ts";

/** The group as the broker sees it, with what only a broker knows: what each member waits for, and when it is out. */
export function describeConsumerGroup(
  group: ConsumerGroup,
  topics: Pick<TopicsView, "byId">,
  coordinator: string | undefined,
): GroupDescribed {
  const { groupId, groupEpoch, assignmentEpoch, rebalanceReason } = group;
  return {
    type: "group.described",
    groupId,
    groupType: "consumer",
    state: stateOf(group),
    stateSince: group.stateSince,
    protocolType: "consumer",
    assignor: preferredAssignor(group).name,
    groupEpoch,
    assignmentEpoch,
    coordinator,
    members: Array.from(group.members.values(), (member) => describeMember(group, member, topics)),
    rebalanceReason,
  };
}

/** What the member holds, with what it was asked to give up and has not yet. */
export function heldBy({ assigned, pendingRevocation }: ConsumerMember) {
  return Array.from(entriesOf(union(assigned, pendingRevocation)), ([partition]) => partition);
}

function describeMember(
  group: ConsumerGroup,
  member: ConsumerMember,
  topics: Pick<TopicsView, "byId">,
): ObservedMember {
  const limits = [member.expiresAt, member.revocationDueAt, member.joinDueAt, member.syncDueAt];
  const target = group.target.get(member.memberId) ?? [];
  return {
    memberId: member.memberId,
    clientId: member.clientId,
    host: member.clientHost,
    groupInstanceId: member.instanceId,
    assignors: assignorsOf(member),
    memberEpoch: member.memberEpoch,
    subscribedTopics: member.topicNames,
    assigned: withNames(heldBy(member), topics),
    targetAssigned: withNames(target, topics),
    phase: phaseOf(group, member),
    sessionTimeoutMs: member.classic?.sessionTimeoutMs ?? group.settings.sessionTimeoutMs,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    lastHeartbeatAt: member.lastHeardAt,
    evictedAt: Math.min(...limits.filter((limit) => limit !== undefined)),
  };
}

function assignorsOf({ classic, serverAssignor }: ConsumerMember): readonly string[] | undefined {
  if (classic) return classic.protocols.map(({ name }) => name);
  return serverAssignor === undefined ? undefined : [serverAssignor];
}

function phaseOf(group: ConsumerGroup, member: ConsumerMember): BrokerMemberPhase {
  if (member.memberEpoch === staticLeaveEpoch) return "away";
  if (isReconciled(member, group.assignmentEpoch)) return "stable";
  switch (member.state) {
    case "UnrevokedPartitions":
      return "revoking";
    case "UnreleasedPartitions":
      return "awaitingRelease";
    case "Stable":
      return "awaitingHeartbeat";
  }
}
