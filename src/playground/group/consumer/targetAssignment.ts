import type { ServerAssignor } from "#assignors/serverSide/serverAssignor.ts";
import { defaultServerAssignor, serverAssignorByName } from "#assignors/serverSide/serverAssignorByName.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { ConsumerGroup } from "./consumerGroup.ts";
import { knownTopics, topicNamesOf } from "./subscriptions.ts";
import type { TopicsView } from "./topicsView.ts";

/** Computes the target of the group's epoch, unless it has one or the last is too recent. */
export function updateTarget(group: ConsumerGroup, topics: TopicsView, now: number): ConsumerGroup {
  if (group.assignmentEpoch >= group.groupEpoch) return group;
  const { assignmentIntervalMs } = group.settings;
  if (group.assignedAt !== undefined && now < group.assignedAt + assignmentIntervalMs) return group;

  const counts = new Map<string, { readonly partitionCount: number }>();
  const members = Array.from(group.members.values(), (member) => {
    const known = knownTopics(topicNamesOf(member, group.regexes), topics);
    for (const [id, { partitions }] of known) counts.set(id, { partitionCount: partitions.length });
    return {
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      topics: Array.from(known.keys()),
      target: group.target.get(member.memberId) ?? [],
    };
  });
  const assignment = preferredAssignor(group).assign(members, counts);
  const target = new Map<string, readonly TopicPartition[]>(
    members.map(({ memberId }) => [memberId, assignment.get(memberId) ?? []]),
  );
  return { ...group, target, assignmentEpoch: group.groupEpoch, assignedAt: now };
}

/** The assignor most members ask for; Kafka's default when none does. */
export function preferredAssignor(group: Pick<ConsumerGroup, "members">): ServerAssignor {
  const votes = new Map<string, number>();
  for (const { serverAssignor } of group.members.values()) {
    if (serverAssignor !== undefined) votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1);
  }
  let best: string | undefined;
  for (const [name, count] of votes) if (count > (votes.get(best ?? "") ?? 0)) best = name;
  return serverAssignorByName(best ?? "") ?? defaultServerAssignor;
}
