import type { Cluster } from "#network/cluster.ts";
import { describeClassicGroup } from "./describeClassicGroup.ts";
import { describeConsumerGroup } from "./describeConsumerGroup.ts";
import { describeShareGroup } from "./describeShareGroup.ts";
import { describeStreamsGroup } from "./describeStreamsGroup.ts";
import type { GroupDescription, GroupToDescribe } from "./groupDescription.ts";

/**
 * Describes a group with the API of its type: DescribeGroups calls a live KIP-848, share or streams group `Dead`.
 * Throws BrokerError with the coordinator's answer.
 */
export function describeGroup(
  client: Cluster,
  group: GroupToDescribe,
  signal?: AbortSignal,
): Promise<GroupDescription> {
  switch (group.groupType) {
    case "consumer":
      return describeConsumerGroup(client, group, signal);
    case "share":
      return describeShareGroup(client, group, signal);
    case "streams":
      return describeStreamsGroup(client, group, signal);
    case "classic":
    case "unknown":
      return describeClassicGroup(client, group, signal);
  }
}
