import type { Cluster } from "#network/cluster.ts";
import { consumerGroupDescribe } from "#protocol/apis/consumerGroupDescribe.ts";
import type { ObservedMember } from "#trace/observations/group.ts";
import { describedIn } from "./describedIn.ts";
import { flattenTopicPartitions } from "./flattenTopicPartitions.ts";
import type { GroupDescription, GroupToDescribe } from "./groupDescription.ts";

/** A KIP-848 group: epochs, and for each member the current and the target assignment. */
export async function describeConsumerGroup(
  client: Cluster,
  group: GroupToDescribe,
  signal?: AbortSignal,
): Promise<GroupDescription> {
  const { body } = await client.send(
    { node: group.coordinatorId },
    consumerGroupDescribe,
    { groupIds: [group.groupId], includeAuthorizedOperations: false },
    { signal },
  );
  const described = describedIn(consumerGroupDescribe, body.groups, group.groupId);

  return {
    groupId: group.groupId,
    groupType: "consumer",
    state: described.groupState,
    protocolType: "consumer",
    assignor: described.assignorName === "" ? undefined : described.assignorName,
    groupEpoch: described.groupEpoch,
    assignmentEpoch: described.assignmentEpoch,
    coordinator: String(group.coordinatorId),
    members: described.members.map(
      (member): ObservedMember => ({
        memberId: member.memberId,
        clientId: member.clientId,
        host: member.clientHost,
        groupInstanceId: member.instanceId ?? undefined,
        assignors: described.assignorName === "" ? undefined : [described.assignorName],
        memberEpoch: member.memberEpoch,
        subscribedTopics: member.subscribedTopicNames,
        assigned: flattenTopicPartitions(member.assignment.topicPartitions),
        targetAssigned: flattenTopicPartitions(member.targetAssignment.topicPartitions),
      }),
    ),
  };
}
