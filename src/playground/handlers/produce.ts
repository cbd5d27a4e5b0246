import { type ProduceRequest, produce } from "#protocol/apis/produce.ts";
import { errorCode, errorName, type KnownErrorName } from "#protocol/errorCodes.ts";
import { attributeBits, batchLayout } from "#protocol/records/recordBatch.ts";
import type { Broker } from "../broker.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import { validateProduced } from "../log/produceValidation.ts";
import type { SharedFrame } from "../log/sharedFrame.ts";
import type { StoredBatch } from "../log/storedBatch.ts";
import type { Topic } from "../log/topicStore.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { mapInTurns } from "./inTurns.ts";
import { LeaderHints } from "./leaderHints.ts";
import { findLog, findTopic, namedPartitions } from "./routing.ts";
import { type TakingPart, takePartInTransaction } from "./takePartInTransaction.ts";
import { produceLimitsOf } from "./topicConfigs.ts";

type TopicData = ProduceRequest["topicData"][number];
/** What a partition's data have of their request. */
interface Whole {
  readonly transactionalId: string | null;
  /** Undefined for a request without records. */
  readonly frame: SharedFrame | undefined;
}

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
  expectsAnswer: ({ acks }) => acks !== 0,
  async handle(request, context) {
    const error = requestError(request);
    const hints = new LeaderHints(context.broker);
    const frame = frameOf(request, context.broker);
    const responses = [];
    for (const data of request.topicData) {
      const { name, topicId } = data;
      responses.push({
        name,
        topicId,
        partitionResponses: await produceTopic(context, {
          data,
          transactionalId: request.transactionalId,
          error,
          hints,
          frame,
        }),
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

/** All records are views into the one frame that the request came in, which nobody reads again. */
function frameOf({ topicData }: ProduceRequest, { requestMemory }: Broker): SharedFrame | undefined {
  const partitions = topicData.flatMap(({ partitionData }) => partitionData);
  // Those without bytes are views into nothing.
  const filled = partitions.find(({ records }) => records !== null && records.length > 0);
  return filled?.records ? requestMemory.frame(filled.records.buffer) : undefined;
}

/** What is wrong with the request as a whole. */
function requestError({ acks, transactionalId, topicData }: ProduceRequest): KnownErrorName {
  if (acks !== 0 && acks !== 1 && acks !== -1) return "INVALID_REQUIRED_ACKS";
  if (transactionalId !== null) return "NONE";
  // Kafka asks whether the client may write under no transactional id, and nobody may.
  const partitions = topicData.flatMap(({ partitionData }) => partitionData);
  const hasTransactional = partitions.some(({ records }) => records !== null && isTransactional(records));
  return hasTransactional ? "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" : "NONE";
}

/** Asked of every batch, so that no more of its header is read. */
function isTransactional(records: Uint8Array): boolean {
  if (records.length < batchLayout.records) return false;
  const view = new DataView(records.buffer, records.byteOffset, batchLayout.records);
  return (view.getInt16(batchLayout.attributes) & attributeBits.transactional) !== 0;
}

function produceTopic(
  context: RequestContext,
  {
    data,
    transactionalId,
    error,
    hints,
    frame,
  }: Whole & {
    readonly data: TopicData;
    readonly error: KnownErrorName;
    readonly hints: LeaderHints;
  },
) {
  const found = findTopic(context.broker, data);
  return mapInTurns(context.broker.clock, data.partitionData, (partition) => {
    if (error !== "NONE") return refused(partition.index, error);
    if ("error" in found) return refused(partition.index, found.error);
    const answer = producePartition(context, found.topic, { ...partition, transactionalId, frame });
    if (context.version < 10 || answer.errorCode !== errorCode("NOT_LEADER_OR_FOLLOWER")) return answer;
    const currentLeader = hints.leaderOf(found.topic, partition.index);
    return currentLeader ? { ...answer, currentLeader } : answer;
  });
}

function producePartition(
  context: RequestContext,
  topic: Topic,
  { index, records, transactionalId, frame }: PartitionData & Whole,
) {
  const { broker, node, version } = context;
  const found = findLog(context, topic, { partition: index });
  if ("error" in found) return refused(index, found.error);
  const { log } = found;
  const ofTopic = produceLimitsOf(topic, {
    settings: broker.settings,
    now: broker.nodeClocks.now(node.nodeId),
  });
  const limits = { ...ofTopic, allowsZstd: version >= 7 };
  const valid = validateProduced(records, limits);
  if (!valid.ok) {
    const { error, message, reachedLog, records: spoilt = [] } = valid.error;
    const recordErrors = spoilt.map((each) => ({
      batchIndex: each.index,
      batchIndexErrorMessage: each.message,
    }));
    const known = reachedLog ? { logStartOffset: log.logStartOffset } : {};
    return { ...refused(index, error, message), ...known, recordErrors };
  }

  const { header, bytes } = valid.value;
  const isTracked = header.isTransactional && header.producerId >= 0n;
  const begins = isTracked && !log.producers.hasOngoingTransaction(header);
  const error = begins ? takePart(context, { ...header, transactionalId, partition: log.id }) : "NONE";
  if (error !== "NONE") {
    const message = `the batch is not part of a transaction that goes on: ${error}`;
    return refused(index, toProducer(error, version), message);
  }
  const beginsKnownEmpty = begins && version >= sinceImplicit;
  const verdict = log.producers.judge(header, { beginsKnownEmpty });
  switch (verdict.type) {
    case "refused":
      return { ...refused(index, verdict.error, verdict.message), logStartOffset: log.logStartOffset };
    case "duplicate":
      // Whatever the topic's kind of timestamps: Kafka tells the newest of the batch that it already has.
      return { ...accepted(log, verdict.baseOffset), logAppendTimeMs: verdict.maxTimestamp };
    case "append":
      return acceptedAs(log, broker.append(log, bytes, { edit: context.editFor(log.id), frame }));
  }
}

/** From version 12 on a write itself takes part in the transaction; before, the partition must have been added. */
const sinceImplicit = 12;
const sinceAbortable = 11;

function takePart(context: RequestContext, what: TakingPart): KnownErrorName {
  return takePartInTransaction(context, what, { sinceImplicit, sinceAbortable });
}

/** What a producer does not expect of a partition's leader becomes what makes it try again without looking for another. */
function toProducer(error: KnownErrorName, version: number): KnownErrorName {
  const isUnexpected =
    error === "COORDINATOR_LOAD_IN_PROGRESS" ||
    (error === "CONCURRENT_TRANSACTIONS" && version < sinceImplicit);
  return isUnexpected ? "NOT_ENOUGH_REPLICAS" : error;
}

function acceptedAs(log: PartitionLog, { baseOffset, header }: StoredBatch) {
  const isStamped = header.timestampType === "logAppendTime";
  return { ...accepted(log, baseOffset), logAppendTimeMs: isStamped ? header.maxTimestamp : -1n };
}

function accepted(log: PartitionLog, baseOffset: bigint) {
  return { index: log.id.partition, errorCode: 0, baseOffset, logStartOffset: log.logStartOffset };
}

function refused(index: number, error: KnownErrorName, errorMessage: string | null = null) {
  return { index, errorCode: errorCode(error), baseOffset: -1n, errorMessage };
}
