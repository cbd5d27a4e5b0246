import type { Cluster } from "#network/cluster.ts";
import { shareGroupDescribe } from "#protocol/apis/shareGroupDescribe.ts";
import type { ObservedMember } from "#trace/observations/group.ts";
import { describedIn } from "./describedIn.ts";
import { flattenTopicPartitions } from "./flattenTopicPartitions.ts";
import type { GroupDescription, GroupToDescribe } from "./groupDescription.ts";

/** A share group (KIP-932): several members may hold the same partition, and it commits no offsets. */
export async function describeShareGroup(
  client: Cluster,
  group: GroupToDescribe,
  signal?: AbortSignal,
): Promise<GroupDescription> {
  const { body } = await client.send(
    { node: group.coordinatorId },
    shareGroupDescribe,
    { groupIds: [group.groupId], includeAuthorizedOperations: false },
    { signal },
  );
  const described = describedIn(shareGroupDescribe, body.groups, group.groupId);

  return {
    groupId: group.groupId,
    groupType: "share",
    state: described.groupState,
    protocolType: "share",
    assignor: described.assignorName === "" ? undefined : described.assignorName,
    groupEpoch: described.groupEpoch,
    assignmentEpoch: described.assignmentEpoch,
    coordinator: String(group.coordinatorId),
    members: described.members.map(
      (member): ObservedMember => ({
        memberId: member.memberId,
        clientId: member.clientId,
        host: member.clientHost,
        memberEpoch: member.memberEpoch,
        subscribedTopics: member.subscribedTopicNames,
        assigned: flattenTopicPartitions(member.assignment.topicPartitions),
      }),
    ),
  };
}
