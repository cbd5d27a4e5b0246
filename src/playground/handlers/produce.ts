import { type ProduceRequest, produce } from "#protocol/apis/produce.ts";
import { errorCode, errorName, type KnownErrorName } from "#protocol/errorCodes.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import { validateProduced } from "../log/produceValidation.ts";
import type { Topic } from "../log/topicStore.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { mapInTurns } from "./inTurns.ts";
import { LeaderHints } from "./leaderHints.ts";
import { findLog, findTopic, namedPartitions } from "./routing.ts";
import { maxMessageBytesOf } from "./topicConfigs.ts";

type TopicData = ProduceRequest["topicData"][number];
type PartitionData = TopicData["partitionData"][number];

/** Appends batches as they came, once they pass the checks Kafka makes. */
export const produceHandler = defineHandler({
  api: produce,
  // Older versions carry message formats that no log of today holds.
  versions: [3, 13],
  subject: (request, broker) => ({
    partitions: namedPartitions(
      broker,
      request.topicData.map(({ name, topicId, partitionData }) => ({
        name,
        topicId,
        partitions: partitionData.map(({ index }) => index),
      })),
    ),
  }),
  async handle(request, context) {
    const error = requestError(request);
    const hints = new LeaderHints(context.broker);
    const responses = [];
    for (const data of request.topicData) {
      const { name, topicId } = data;
      responses.push({
        name,
        topicId,
        partitionResponses: await produceTopic(context, data, { error, hints }),
      });
    }
    if (request.acks !== 0) return { responses, nodeEndpoints: hints.nodeEndpoints };
    const refusal = responses.flatMap((each) => each.partitionResponses).find((each) => each.errorCode !== 0);
    if (refusal) {
      context.refuseByClosing(`a batch sent with acks=0 was refused: ${errorName(refusal.errorCode)}`);
    }
    return undefined;
  },
  failed: (request, code) => ({
    responses: request.topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => ({ index, errorCode: code, baseOffset: -1n })),
    })),
  }),
});

function requestError({ acks, transactionalId }: ProduceRequest): KnownErrorName {
  if (acks !== 0 && acks !== 1 && acks !== -1) return "INVALID_REQUIRED_ACKS";
  return transactionalId === null ? "NONE" : "INVALID_TXN_STATE";
}

function produceTopic(
  context: RequestContext,
  data: TopicData,
  { error, hints }: { readonly error: KnownErrorName; readonly hints: LeaderHints },
) {
  const found = findTopic(context.broker, data);
  return mapInTurns(context.broker.clock, data.partitionData, (partition) => {
    if (error !== "NONE") return refused(partition.index, error);
    if ("error" in found) return refused(partition.index, found.error);
    const answer = producePartition(context, found.topic, partition);
    if (context.version < 10 || answer.errorCode !== errorCode("NOT_LEADER_OR_FOLLOWER")) return answer;
    const currentLeader = hints.leaderOf(found.topic, partition.index);
    return currentLeader ? { ...answer, currentLeader } : answer;
  });
}

function producePartition(context: RequestContext, topic: Topic, { index, records }: PartitionData) {
  const { broker, version } = context;
  const found = findLog(context, topic, { partition: index });
  if ("error" in found) return refused(index, found.error);
  const { log } = found;
  const maxMessageBytes = maxMessageBytesOf(topic, broker.settings);
  const valid = validateProduced(records, { maxMessageBytes, allowsZstd: version >= 7 });
  if (!valid.ok) return refused(index, valid.error.error, valid.error.message);

  const { header, bytes } = valid.value;
  const verdict = log.producers.judge(header);
  switch (verdict.type) {
    case "refused":
      return refused(index, verdict.error, verdict.message);
    case "duplicate":
      return accepted(log, verdict.baseOffset);
    case "append":
      return accepted(log, broker.append(log, bytes, context.editFor(log.id)).baseOffset);
  }
}

function accepted(log: PartitionLog, baseOffset: bigint) {
  return { index: log.id.partition, errorCode: 0, baseOffset, logStartOffset: log.logStartOffset };
}

function refused(index: number, error: KnownErrorName, errorMessage: string | null = null) {
  return { index, errorCode: errorCode(error), baseOffset: -1n, errorMessage };
}
