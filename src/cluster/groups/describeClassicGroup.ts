import type { TopicPartition } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import { describeGroups } from "#protocol/apis/describeGroups.ts";
import { consumerProtocolAssignment } from "#protocol/data/consumerProtocolAssignment.ts";
import { consumerProtocolSubscription } from "#protocol/data/consumerProtocolSubscription.ts";
import { decodeData } from "#protocol/data/dataSchema.ts";
import type { ObservedMember } from "#trace/observations/group.ts";
import { describedIn } from "./describedIn.ts";
import type { GroupDescription, GroupToDescribe } from "./groupDescription.ts";

/** A classic group. Its broker tells assignments in state Stable only; elsewhere they are unknown, not empty. */
export async function describeClassicGroup(
  client: Cluster,
  group: GroupToDescribe,
  signal?: AbortSignal,
): Promise<GroupDescription> {
  const { body } = await client.send(
    { node: group.coordinatorId },
    describeGroups,
    { groups: [group.groupId] },
    { signal },
  );
  const described = describedIn(describeGroups, body.groups, group.groupId);

  const isConsumer = described.protocolType === "consumer" || described.protocolType === "";
  return {
    groupId: group.groupId,
    groupType: group.groupType,
    state: described.groupState,
    protocolType: described.protocolType,
    assignor: described.protocolData === "" ? undefined : described.protocolData,
    coordinator: String(group.coordinatorId),
    members: described.members.map(
      (member): ObservedMember => ({
        memberId: member.memberId,
        clientId: member.clientId,
        host: member.clientHost,
        groupInstanceId: member.groupInstanceId ?? undefined,
        assignors: described.protocolData === "" ? undefined : [described.protocolData],
        subscribedTopics: isConsumer ? topicsIn(member.memberMetadata) : undefined,
        assigned:
          isConsumer && described.groupState === "Stable" ? assignedIn(member.memberAssignment) : undefined,
      }),
    ),
  };
}

function topicsIn(memberMetadata: Uint8Array): readonly string[] | undefined {
  const subscription = decodeData(consumerProtocolSubscription, memberMetadata);
  return subscription.ok ? subscription.value.body.topics : undefined;
}

function assignedIn(memberAssignment: Uint8Array): readonly TopicPartition[] | undefined {
  if (memberAssignment.length === 0) return [];
  const assignment = decodeData(consumerProtocolAssignment, memberAssignment);
  if (!assignment.ok) return undefined;
  return assignment.value.body.assignedPartitions.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}
