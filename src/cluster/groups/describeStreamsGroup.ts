import type { TopicPartition } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import { streamsGroupDescribe } from "#protocol/apis/streamsGroupDescribe.ts";
import type { ObservedMember } from "#trace/observations/group.ts";
import { describedIn } from "./describedIn.ts";
import type { GroupDescription, GroupToDescribe } from "./groupDescription.ts";

/** A streams group (KIP-1071): its members hold tasks, which are shown as the source partitions they read. */
export async function describeStreamsGroup(
  client: Cluster,
  group: GroupToDescribe,
  signal?: AbortSignal,
): Promise<GroupDescription> {
  const { body } = await client.send(
    { node: group.coordinatorId },
    streamsGroupDescribe,
    { groupIds: [group.groupId], includeAuthorizedOperations: false },
    { signal },
  );
  const described = describedIn(streamsGroupDescribe, body.groups, group.groupId);

  const sourceTopics = new Map(
    described.topology?.subtopologies?.map((sub) => [
      sub.subtopologyId,
      [...sub.sourceTopics, ...sub.repartitionSourceTopics.map(({ name }) => name)],
    ]),
  );
  const partitionsOf = (tasks: readonly { subtopologyId: string; partitions: readonly number[] }[]) =>
    tasks.flatMap((task): TopicPartition[] =>
      (sourceTopics.get(task.subtopologyId) ?? []).flatMap((topic) =>
        task.partitions.map((partition) => ({ topic, partition })),
      ),
    );

  return {
    groupId: group.groupId,
    groupType: "streams",
    state: described.groupState,
    protocolType: "streams",
    groupEpoch: described.groupEpoch,
    assignmentEpoch: described.assignmentEpoch,
    coordinator: String(group.coordinatorId),
    members: described.members.map(
      (member): ObservedMember => ({
        memberId: member.memberId,
        clientId: member.clientId,
        host: member.clientHost,
        groupInstanceId: member.instanceId ?? undefined,
        memberEpoch: member.memberEpoch,
        subscribedTopics: [...new Set([...sourceTopics.values()].flat())],
        assigned: partitionsOf(member.assignment.activeTasks),
        targetAssigned: partitionsOf(member.targetAssignment.activeTasks),
      }),
    ),
  };
}
