import type { TopicPartition } from "#base/topicPartition.ts";
import type { RequestInput } from "#protocol/api.ts";
import type { FetchResponse, fetch } from "#protocol/apis/fetch.ts";
import type { FetchLimits, IsolationLevel } from "../consumerOptions.ts";
import type { AnswerMemory } from "./answerMemory.ts";
import type { PartitionAsk, SessionPlan } from "./fetchSession.ts";

/** From this version on topics go by their ids (KIP-516). */
const topicIdsSince = 13;

/** What a consumer speaks: before version 4 there are no batches of format v2. */
export const fetchVersions = { all: [4, 18], byName: [4, topicIdsSince - 1] } as const;

/** One partition of a Fetch answer, and the memory that its records lie in together with those of the others. */
export type FetchedPartition = AnsweredPartition & { readonly memory?: AnswerMemory | undefined };

type AnsweredPartition = FetchResponse["responses"][number]["partitions"][number];

/** The request body of a plan. */
export function fetchBody(
  plan: SessionPlan,
  options: {
    readonly limits: FetchLimits;
    readonly isolation: IsolationLevel;
    readonly maxBytes: number;
    /** Ours, for a broker to name a replica near by (KIP-392). */
    readonly rack?: string | undefined;
  },
): RequestInput<typeof fetch> {
  const { limits, isolation, maxBytes, rack = "" } = options;
  return {
    maxWaitMs: limits.maxWaitMs,
    minBytes: limits.minBytes,
    maxBytes,
    isolationLevel: isolation === "read_committed" ? 1 : 0,
    sessionId: plan.sessionId,
    sessionEpoch: plan.epoch,
    topics: byTopic(plan.asks).map(({ topic, topicId, items }) => ({
      topic,
      topicId,
      partitions: items.map((ask) => ({
        partition: ask.partition,
        currentLeaderEpoch: ask.leaderEpoch ?? -1,
        fetchOffset: ask.fetchOffset,
        lastFetchedEpoch: ask.lastFetchedEpoch ?? -1,
        partitionMaxBytes: ask.maxBytes,
      })),
    })),
    forgottenTopicsData: byTopic(plan.forgotten).map(({ topic, topicId, items }) => ({
      topic,
      topicId,
      partitions: items.map(({ partition }) => partition),
    })),
    rackId: rack,
  };
}

const zeroId = "AAAAAAAAAAAAAAAAAAAAAA";

function byTopic<T extends TopicPartition & { readonly topicId: string | undefined }>(
  items: readonly T[],
): readonly { readonly topic: string; readonly topicId: string; readonly items: readonly T[] }[] {
  const topics = new Map<string, { topic: string; topicId: string; items: T[] }>();
  for (const item of items) {
    // By both: after a topic was created anew one request may name its old and its new id.
    const key = `${item.topicId ?? zeroId} ${item.topic}`;
    const known = topics.get(key);
    if (known) known.items.push(item);
    else topics.set(key, { topic: item.topic, topicId: item.topicId ?? zeroId, items: [item] });
  }
  return Array.from(topics.values());
}

/** The partitions of an answer by name, whatever the version named them by. Unknown ids are left out. */
export function* fetchedPartitions(
  answer: FetchResponse,
  version: number,
  asked: readonly PartitionAsk[],
): Generator<readonly [TopicPartition, AnsweredPartition]> {
  const names = new Map(asked.map(({ topic, topicId }) => [topicId, topic]));
  for (const { topic, topicId, partitions } of answer.responses) {
    const name = version >= topicIdsSince ? names.get(topicId) : topic;
    if (name === undefined) continue;
    for (const partition of partitions) {
      yield [{ topic: name, partition: partition.partitionIndex }, partition];
    }
  }
}
