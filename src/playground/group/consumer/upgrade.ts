import { err, ok, type Result } from "#base/result.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import {
  type ClassicGroup,
  type ClassicMember,
  failedJoin,
  failedSync,
  type GroupEffect,
} from "../classicGroup.ts";
import { metadataFor } from "../protocolVoting.ts";
import type { At } from "./at.ts";
import {
  type ConsumerGroup,
  type ConsumerMember,
  emptyConsumerGroup,
  newMember,
  type Refusal,
} from "./consumerGroup.ts";
import type { ConsumerGroupSettings } from "./consumerGroupSettings.ts";
import { inEpoch } from "./partitions.ts";
import { sorted } from "./sortedNames.ts";
import { metadataFingerprint } from "./subscriptions.ts";
import { withIds } from "./topicsView.ts";

/**
 * A classic group in which a member of the new protocol wants to be (KIP-848): its generation becomes the epoch, its
 * members keep what they have and go on with JoinGroup and SyncGroup; who waits for an answer is sent round again.
 */
export function upgrade(
  classic: ClassicGroup,
  settings: ConsumerGroupSettings,
  at: At,
): Result<{ readonly group: ConsumerGroup; readonly effects: readonly GroupEffect[] }, Refusal> {
  const refuse = (why: string): Result<never, Refusal> => {
    const message = `Cannot upgrade classic group ${classic.groupId} to consumer group because ${why}.`;
    return err({ error: "GROUP_ID_NOT_FOUND", message });
  };
  const { migrationPolicy, maxMembers } = settings;
  if (migrationPolicy !== "bidirectional" && migrationPolicy !== "upgrade")
    return refuse("online upgrade is disabled");
  if (classic.protocolType !== "consumer")
    return refuse("the group does not use the consumer embedded protocol");
  if (classic.members.size > maxMembers)
    return refuse("the group size exceeds the consumer group maximum size");

  const members = new Map<string, ConsumerMember>();
  const target = new Map<string, readonly TopicPartition[]>();
  for (const member of classic.members.values()) {
    const converted = convertMember(classic, member, at);
    if (!converted.ok) return refuse(converted.error);
    members.set(member.memberId, converted.value.member);
    target.set(member.memberId, converted.value.assigned);
  }
  const group: ConsumerGroup = {
    ...emptyConsumerGroup(classic.groupId, settings, at.now),
    groupEpoch: classic.generationId,
    assignmentEpoch: classic.generationId,
    members,
    target,
    metadataVersion: at.topics.version,
  };
  const metadata = metadataFingerprint(group, at.topics);
  return ok({ group: { ...group, metadataFingerprint: metadata }, effects: sentRound(classic) });
}

function convertMember(
  classic: ClassicGroup,
  member: ClassicMember,
  { now, topics, reader }: At,
): Result<{ readonly member: ConsumerMember; readonly assigned: readonly TopicPartition[] }, string> {
  // While the first generation is being joined no assignor is chosen yet.
  const metadata = metadataFor(member, classic.protocolName ?? member.protocols[0]?.name);
  const subscription = reader.subscription(metadata);
  const assignment = reader.assignment(member.assignment);
  if (!subscription || !assignment) return err("the embedded consumer protocol is malformed");
  if (reader.hasAssignmentUserData(member.assignment)) return err("an unsupported custom assignor is in use");
  const assigned = withIds(assignment, topics);
  const { memberId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols } = member;
  return ok({
    assigned,
    member: {
      ...newMember(memberId, now),
      instanceId: member.groupInstanceId,
      rackId: subscription.rackId,
      clientId,
      clientHost,
      rebalanceTimeoutMs,
      topicNames: sorted(subscription.topics),
      memberEpoch: classic.generationId,
      previousMemberEpoch: classic.generationId,
      assigned: inEpoch(assigned, classic.generationId),
      classic: { sessionTimeoutMs, protocols },
      lastHeardAt: member.lastHeardAt,
      expiresAt: now + sessionTimeoutMs,
    },
  });
}

function sentRound(classic: ClassicGroup): readonly GroupEffect[] {
  const effects: GroupEffect[] = [];
  for (const { memberId, joinToken, syncToken } of classic.members.values()) {
    if (joinToken !== undefined) {
      const answer = failedJoin("REBALANCE_IN_PROGRESS", memberId);
      effects.push({ type: "joinAnswered", token: joinToken, answer });
    }
    if (syncToken !== undefined) {
      effects.push({ type: "syncAnswered", token: syncToken, answer: failedSync("REBALANCE_IN_PROGRESS") });
    }
  }
  return effects;
}
