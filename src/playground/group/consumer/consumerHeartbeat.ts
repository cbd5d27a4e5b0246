import { err, ok, type Result } from "#base/result.ts";
import {
  type ConsumerGroup,
  type ConsumerMember,
  type Outcome,
  type Refusal,
  sameStanding,
  withMember,
} from "./consumerGroup.ts";
import type { ConsumerHeartbeat, HeartbeatAnswer } from "./heartbeatRequest.ts";
import { epochProblem, findOrAddMember } from "./memberLookup.ts";
import { samePartitions, toTopicPartitions } from "./partitions.ts";
import { reconcile } from "./reconcile.ts";
import { sorted } from "./sortedNames.ts";
import { updateTarget } from "./targetAssignment.ts";
import type { TopicsView } from "./topicsView.ts";
import { updateSubscriptions } from "./updateSubscriptions.ts";

/** The group after a heartbeat that is not the last of its member, and what the member is told (KIP-848). */
export function consumerHeartbeat(
  group: ConsumerGroup,
  request: ConsumerHeartbeat,
  at: { readonly now: number; readonly topics: TopicsView },
): Result<Outcome<HeartbeatAnswer>, Refusal> {
  const { memberId, memberEpoch, instanceId, owned } = request;
  const { now, topics } = at;
  const full = fullProblem(group, memberId);
  if (full) return err(full);
  const mayJoin = memberEpoch === 0;
  const found = findOrAddMember(group, { memberId, instanceId, mayJoin, speaksClassic: false, now });
  if (!found.ok) return found;
  const before = found.value.member;
  const fenced = epochProblem(before, memberEpoch, owned);
  if (fenced) return err(fenced);

  const said = withWhatItSays(before, request, now + group.settings.sessionTimeoutMs, now);
  const updated = updateSubscriptions(found.value.group, { before, said, topics, now });
  if (!updated.ok) return updated;
  const { group: targeted, changed } = updated.value;
  const aimed = updateTarget(targeted, topics, now);
  const target = aimed.target.get(memberId) ?? [];
  const member = reconcile(aimed, said, { target, subscriptionChanged: changed, owned, topics, now });

  const isFull =
    request.rebalanceTimeoutMs !== undefined &&
    (request.topicNames !== undefined || request.topicRegex !== undefined) &&
    owned !== undefined;
  const isNews = memberEpoch === 0 || isFull || !samePartitions(before.assigned, member.assigned);
  const assignment = isNews ? toTopicPartitions(member.assigned) : undefined;
  const isUnmoved = aimed.groupEpoch === group.groupEpoch && aimed.assignmentEpoch === group.assignmentEpoch;
  const known = group.members.get(memberId);
  return ok({
    group: withMember(aimed, member),
    effects: found.value.effects,
    quiet: isUnmoved && known !== undefined && sameStanding(known, member),
    answer: { memberId, memberEpoch: member.memberEpoch, assignment },
  });
}

/** Whether there is room for whoever asks, who may be in the group already. */
export function fullProblem(group: ConsumerGroup, memberId: string): Refusal | undefined {
  const { maxMembers } = group.settings;
  if (group.members.size < maxMembers || group.members.has(memberId)) return undefined;
  const message = `The consumer group has reached its maximum capacity of ${maxMembers} members.`;
  return { error: "GROUP_MAX_SIZE_REACHED", message };
}

function withWhatItSays(
  member: ConsumerMember,
  request: ConsumerHeartbeat,
  expiresAt: number,
  now: number,
): ConsumerMember {
  return {
    ...member,
    instanceId: request.instanceId ?? member.instanceId,
    rackId: request.rackId ?? member.rackId,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs ?? member.rebalanceTimeoutMs,
    serverAssignor: request.serverAssignor ?? member.serverAssignor,
    topicNames: request.topicNames ? sorted(request.topicNames) : member.topicNames,
    topicRegex: request.topicRegex ?? member.topicRegex,
    clientId: request.clientId,
    clientHost: request.clientHost,
    // From now on it speaks the new protocol, whatever it spoke before.
    classic: undefined,
    joinDueAt: undefined,
    syncDueAt: undefined,
    lastHeardAt: now,
    expiresAt,
  };
}
