import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { Group } from "../group/consumer/consumerGroup.ts";
import { heldBy } from "../group/consumer/describeConsumerGroup.ts";
import { type TopicsView, withNames } from "../group/consumer/topicsView.ts";
import type { SubscriptionReader } from "../group/subscriptionReader.ts";

/** Who may consume what in one generation or epoch. */
export type Owners = TopicPartitionMap<readonly string[]>;

/** The owners as the group has them; undefined while it does not know, between two generations. */
export function ownersIn(
  group: Group,
  reader: SubscriptionReader,
  topics: Pick<TopicsView, "byId">,
): Owners | undefined {
  const owners = new TopicPartitionMap<readonly string[]>();
  const add = (memberId: string, partitions: readonly TopicPartition[]) => {
    for (const partition of partitions) owners.set(partition, [...(owners.get(partition) ?? []), memberId]);
  };
  if (group.type === "consumer") {
    for (const member of group.members.values()) add(member.memberId, withNames(heldBy(member), topics));
    return owners;
  }
  if (group.protocolType !== "consumer") return owners;
  if (group.phase.state === "PreparingRebalance" || group.phase.state === "CompletingRebalance")
    return undefined;
  for (const { memberId, assignment } of group.members.values())
    add(memberId, reader.assignment(assignment) ?? []);
  return owners;
}
