import { offsetDelete } from "#protocol/apis/offsetDelete.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import type { Group } from "../group/consumer/consumerGroup.ts";
import { subscribedTopics as topicsOfConsumerGroup } from "../group/consumer/subscriptions.ts";
import { metadataFor } from "../group/protocolVoting.ts";
import { SubscriptionReader } from "../group/subscriptionReader.ts";
import { defineHandler } from "./handler.ts";
import { coordinatorError } from "./routing.ts";

/** Forgets committed offsets, except of topics that members still consume. */
export const offsetDeleteHandler = defineHandler({
  api: offsetDelete,
  subject: ({ groupId, topics }) => ({
    groupIds: [groupId],
    partitions: topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })),
    ),
  }),
  handle(request, context) {
    const { broker } = context;
    const { groupId } = request;
    const refuse = (error: KnownErrorName) => ({
      errorCode: errorCode(error),
      throttleTimeMs: 0,
      topics: [],
    });
    if (groupId === "") return refuse("INVALID_GROUP_ID");
    const misplaced = coordinatorError(context, groupId);
    if (misplaced) return refuse(misplaced);
    const group = broker.groups.group(groupId);
    const offsets = broker.groups.commits.of(groupId);
    if (!group || !offsets) return refuse("GROUP_ID_NOT_FOUND");
    if (group.type === "classic" && group.phase.state !== "Empty" && group.protocolType !== "consumer") {
      return refuse("NON_EMPTY_GROUP");
    }
    const subscribed = subscribedTopics(group);
    const remove = (topic: string, partition: number): KnownErrorName => {
      if (!broker.topics.log(topic, partition)) return "UNKNOWN_TOPIC_OR_PARTITION";
      if (subscribed.has(topic)) return "GROUP_SUBSCRIBED_TO_TOPIC";
      offsets.delete({ topic, partition });
      return "NONE";
    };
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: errorCode(remove(name, partitionIndex)),
      })),
    }));
    broker.groups.commits.changed(groupId);
    return { errorCode: 0, throttleTimeMs: 0, topics };
  },
  failed: (_request, code) => ({ errorCode: code, throttleTimeMs: 0, topics: [] }),
});

function subscribedTopics(group: Group): ReadonlySet<string> {
  if (group.type === "consumer") return new Set(topicsOfConsumerGroup(group));
  const reader = new SubscriptionReader();
  const topics = new Set<string>();
  for (const member of group.members.values()) {
    const metadata = metadataFor(member, group.protocolName ?? member.protocols[0]?.name);
    for (const topic of reader.subscription(metadata)?.topics ?? []) topics.add(topic);
  }
  return topics;
}
