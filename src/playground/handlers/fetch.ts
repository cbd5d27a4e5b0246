import { fetch } from "#protocol/apis/fetch.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import { openFetch } from "../fetch/fetchDialogue.ts";
import type { FetchedPartition } from "../fetch/fetchSession.ts";
import { readWhenReady } from "../fetch/fetchWait.ts";
import { readPartition } from "../fetch/readPartition.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { findLog, findTopic, namedPartitions } from "./routing.ts";

/** Reads batches; waits until there are enough bytes, some error, or no time left. */
export const fetchHandler = defineHandler({
  api: fetch,
  versions: [4, 18],
  subject: (request, broker) => {
    const asked = request.topics.map(({ topic, topicId, partitions }) => ({
      name: topic,
      topicId,
      partitions: partitions.map(({ partition }) => partition),
    }));
    const session = broker.fetchSessions.peek(request.sessionId)?.partitions ?? [];
    const kept = session.map(({ topic, topicId, partition }) => ({
      name: topic,
      topicId,
      partitions: [partition],
    }));
    return { partitions: namedPartitions(broker, [...asked, ...kept]) };
  },
  async handle(request, context) {
    const { broker } = context;
    const dialogue = openFetch(broker.fetchSessions, request, context.version >= 13);
    if ("error" in dialogue) return failed(dialogue.error);
    const { partitions, sessionId, choose } = dialogue;
    const isCommittedOnly = request.isolationLevel === 1;
    const found = await readWhenReady({
      clock: broker.clock,
      onGone: context.onGone,
      partitions,
      maxWaitMs: request.maxWaitMs,
      minBytes: request.minBytes,
      maxBytes: request.maxBytes,
      locate: (wanted) => locate(context, wanted),
      read: (wanted, limits) =>
        readPartition(locate(context, wanted), wanted, { ...limits, isCommittedOnly }),
    });
    return found === undefined
      ? undefined
      : { errorCode: 0, sessionId, responses: byTopic(choose(found), isCommittedOnly) };
  },
  failed: (request, code, version) =>
    version >= 7
      ? { errorCode: code, responses: [] }
      : {
          responses: request.topics.map(({ topic, topicId, partitions }) => ({
            topic,
            topicId,
            partitions: partitions.map(({ partition }) => ({
              partitionIndex: partition,
              errorCode: code,
              highWatermark: -1n,
              records: null,
            })),
          })),
        },
});

function locate(
  context: RequestContext,
  wanted: {
    readonly topic: string;
    readonly topicId: string;
    readonly partition: number;
    readonly currentLeaderEpoch: number;
  },
) {
  const found = findTopic(context.broker, { name: wanted.topic, topicId: wanted.topicId });
  return "error" in found ? found : findLog(context, found.topic, wanted);
}

function failed(error: KnownErrorName) {
  return { errorCode: errorCode(error), sessionId: 0, responses: [] };
}

function byTopic(found: readonly FetchedPartition[], isCommittedOnly: boolean) {
  const topics: { topic: string; topicId: string; partitions: ReturnType<typeof answer>[] }[] = [];
  for (const partition of found) {
    const last = topics.at(-1);
    const isSame = last?.topic === partition.topic && last.topicId === partition.topicId;
    if (last && isSame) last.partitions.push(answer(partition, isCommittedOnly));
    else {
      const { topic, topicId } = partition;
      topics.push({ topic, topicId, partitions: [answer(partition, isCommittedOnly)] });
    }
  }
  return topics;
}

function answer(found: FetchedPartition, isCommittedOnly: boolean) {
  return {
    partitionIndex: found.partition,
    errorCode: found.errorCode,
    highWatermark: found.highWatermark,
    lastStableOffset: found.lastStableOffset,
    logStartOffset: found.logStartOffset,
    ...(found.divergingEpoch === undefined ? {} : { divergingEpoch: found.divergingEpoch }),
    abortedTransactions: isCommittedOnly ? [] : null,
    records: found.records,
  };
}
