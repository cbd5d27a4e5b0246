import { describeProducers } from "#protocol/apis/describeProducers.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import type { ProducerState } from "../log/producerStates.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { findLog, findTopic } from "./routing.ts";

/** What partitions remember of producers: who holds back a last stable offset (KIP-664). */
export const describeProducersHandler = defineHandler({
  api: describeProducers,
  subject: ({ topics }) => ({
    partitions: topics.flatMap(({ name, partitionIndexes }) =>
      partitionIndexes.map((partition) => ({ topic: name, partition })),
    ),
  }),
  handle: (request, context) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partition) => describePartition(context, name, partition)),
    })),
  }),
  failed: (request, code) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        errorCode: code,
        activeProducers: [],
      })),
    })),
  }),
});

function describePartition(context: RequestContext, name: string, partitionIndex: number) {
  const topic = findTopic(context.broker, { name, topicId: zeroUuid });
  const found = "error" in topic ? topic : findLog(context, topic.topic, { partition: partitionIndex });
  if ("error" in found) return { partitionIndex, errorCode: errorCode(found.error), activeProducers: [] };
  return {
    partitionIndex,
    errorCode: 0,
    activeProducers: Array.from(found.log.producers.all, describeProducer),
  };
}

function describeProducer(state: ProducerState) {
  return {
    producerId: state.producerId,
    producerEpoch: state.epoch,
    lastSequence: state.batches.at(-1)?.lastSequence ?? -1,
    lastTimestamp: state.lastTimestamp,
    coordinatorEpoch: state.coordinatorEpoch ?? -1,
    currentTxnStartOffset: state.transactionStart ?? -1n,
  };
}
