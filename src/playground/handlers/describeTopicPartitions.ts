import { describeTopicPartitions } from "#protocol/apis/describeTopicPartitions.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import type { Broker } from "../broker.ts";
import { topicNameProblem } from "../log/topicStore.ts";
import { allowedOperations, topicOperations } from "./authorizedOperations.ts";
import { defineHandler } from "./handler.ts";
import { describePartition } from "./partitionPlacement.ts";
import { wholeTopics } from "./routing.ts";

interface Cursor {
  readonly topicName: string;
  readonly partitionIndex: number;
}

const mostPartitions = 2_000;

/** Topics in pages, in order of their names (KIP-966). */
export const describeTopicPartitionsHandler = defineHandler({
  api: describeTopicPartitions,
  subject: (request, broker) => ({ partitions: wholeTopics(broker, askedTopics(request.topics, broker)) }),
  handle(request, { broker }) {
    const asked = askedTopics(request.topics, broker);
    const names = Array.from(new Set(asked.map(({ name }) => name))).sort();
    const limit = Math.max(1, Math.min(request.responsePartitionLimit, mostPartitions));
    return { throttleTimeMs: 0, ...page(broker, names, { cursor: request.cursor, limit }) };
  },
  failed: (request, code) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name }) => ({ name, errorCode: code, topicId: zeroUuid, partitions: [] })),
  }),
});

/** All of them when none is named. */
function askedTopics(
  topics: readonly { readonly name: string }[],
  broker: Broker,
): readonly { readonly name: string }[] {
  return topics.length > 0 ? topics : Array.from(broker.topics.all);
}

function page(
  broker: Broker,
  names: readonly string[],
  { cursor, limit }: { readonly cursor: Cursor | null; readonly limit: number },
) {
  const topics = [];
  let left = limit;
  for (const name of names) {
    if (cursor && name < cursor.topicName) continue;
    const first = cursor?.topicName === name ? Math.max(0, cursor.partitionIndex) : 0;
    if (left === 0) return { topics, nextCursor: { topicName: name, partitionIndex: first } };
    const described = describeTopic(broker, name, { first, limit: left });
    topics.push(described.topic);
    left -= described.topic.partitions.length;
    if (described.next !== undefined) {
      return { topics, nextCursor: { topicName: name, partitionIndex: described.next } };
    }
  }
  return { topics };
}

function describeTopic(
  broker: Broker,
  name: string,
  { first, limit }: { readonly first: number; readonly limit: number },
) {
  const topic = broker.topics.byName(name);
  if (!topic) {
    const isName = topicNameProblem(name) === undefined;
    const code = errorCode(isName ? "UNKNOWN_TOPIC_OR_PARTITION" : "INVALID_TOPIC_EXCEPTION");
    return { topic: { errorCode: code, name, topicId: zeroUuid, partitions: [] }, next: undefined };
  }
  const partitions = topic.partitions.slice(first, first + limit).map((log) => ({
    ...describePartition(broker, topic, log),
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
  }));
  const end = first + partitions.length;
  const { topicId } = topic;
  const topicAuthorizedOperations = allowedOperations(true, topicOperations);
  return {
    topic: { errorCode: 0, name, topicId, partitions, topicAuthorizedOperations },
    next: end < topic.partitions.length ? end : undefined,
  };
}
