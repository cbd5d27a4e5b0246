import { consumerProtocolAssignment } from "#protocol/data/consumerProtocolAssignment.ts";
import { encodeData } from "#protocol/data/dataSchema.ts";
import { type ClassicGroup, type ClassicMember, emptyGroup, type Step } from "../classicGroup.ts";
import { metadataFor, selectProtocol } from "../protocolVoting.ts";
import { prepareRebalance } from "../rebalance.ts";
import type { At } from "./at.ts";
import type { ConsumerGroup, ConsumerMember } from "./consumerGroup.ts";
import { groupByTopic, type TopicPartitions } from "./partitions.ts";

/** Whether only members of the classic protocol are left, and the group may go back to it (KIP-848). */
export function mayDowngrade(rest: ConsumerGroup, at: At): boolean {
  const { migrationPolicy } = rest.settings;
  if (migrationPolicy !== "bidirectional" && migrationPolicy !== "downgrade") return false;
  if (rest.members.size === 0 || rest.members.size > at.classicSettings.maxMembers) return false;
  return Array.from(rest.members.values()).every(({ classic }) => classic !== undefined);
}

/** The same group of the classic protocol, with the target as what its members have; it rebalances if a reason is given. */
export function downgrade(
  group: ConsumerGroup,
  at: At,
  options: { readonly rebalanceReason: string | undefined },
): Step {
  const { now } = at;
  const members = new Map<string, ClassicMember>();
  for (const member of group.members.values()) {
    const classic = asClassicMember(member, now);
    if (classic) members.set(member.memberId, classic);
  }
  const generation: ClassicGroup = {
    ...emptyGroup(group.groupId, at.classicSettings, now),
    phase: { state: "Stable", syncDueAt: now },
    generationId: group.groupEpoch,
    protocolType: "consumer",
    leaderId: members.keys().next().value,
    members,
    rebalanceReason: options.rebalanceReason ?? group.rebalanceReason,
  };
  const protocolName = selectProtocol(generation);
  for (const member of members.values()) {
    const assignment = assignmentBytes(
      groupByTopic(group.target.get(member.memberId) ?? []),
      metadataFor(member, protocolName),
      at,
    );
    members.set(member.memberId, { ...member, assignment });
  }
  const step: Step = { group: { ...generation, protocolName }, effects: [] };
  const { rebalanceReason } = options;
  return rebalanceReason === undefined ? step : prepareRebalance(step, rebalanceReason, now);
}

/** An assignment as a member of the classic protocol reads it, in the version in which it wrote its subscription. */
export function assignmentBytes(
  assigned: readonly TopicPartitions[],
  subscription: Uint8Array,
  at: Pick<At, "topics">,
): Uint8Array {
  const [min, max] = consumerProtocolAssignment.versions;
  const written =
    subscription.length < 2 ? min : new DataView(subscription.buffer, subscription.byteOffset).getInt16(0);
  const version = Math.max(min, Math.min(max, written));
  const assignedPartitions = assigned.flatMap(({ topicId, partitions }) => {
    const topic = at.topics.byId(topicId)?.name;
    return topic === undefined ? [] : [{ topic, partitions }];
  });
  return encodeData(consumerProtocolAssignment, version, { assignedPartitions });
}

function asClassicMember(member: ConsumerMember, now: number): ClassicMember | undefined {
  const { memberId, instanceId, clientId, clientHost, rebalanceTimeoutMs, classic } = member;
  if (classic === undefined) return undefined;
  const { sessionTimeoutMs, protocols } = classic;
  return {
    memberId,
    groupInstanceId: instanceId,
    clientId,
    clientHost,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    protocols,
    assignment: new Uint8Array(0),
    joinToken: undefined,
    syncToken: undefined,
    synced: true,
    isNew: false,
    lastHeardAt: member.lastHeardAt,
    expiresAt: now + sessionTimeoutMs,
  };
}
