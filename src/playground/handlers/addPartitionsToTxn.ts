import type { TopicPartition } from "#base/topicPartition.ts";
import { type AddPartitionsToTxnRequest, addPartitionsToTxn } from "#protocol/apis/addPartitionsToTxn.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { verifyInTransaction } from "../transactions/addToTransaction.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { codeForProducer } from "./producerFenced.ts";
import { transactionCoordinatorError } from "./routing.ts";

type AddRequest = AddPartitionsToTxnRequest["transactions"][number];
type Topics = AddRequest["topics"];

/** From here on a request is one between brokers, over several transactions, and may ask without adding (KIP-890). */
const sinceBatched = 4;
const sinceFenced = 2;

/** A producer says which partitions it is going to write within its transaction: all of them, or none. */
export const addPartitionsToTxnHandler = defineHandler({
  api: addPartitionsToTxn,
  subject: (request) => ({
    partitions: [...request.transactions.map(({ topics }) => topics), request.v3AndBelowTopics].flatMap(flat),
  }),
  handle(request, context) {
    if (context.version >= sinceBatched) {
      return {
        throttleTimeMs: 0,
        errorCode: 0,
        resultsByTransaction: request.transactions.map((asked) => ({
          transactionalId: asked.transactionalId,
          topicResults: resultsOf(asked.topics, errorsOf(context, asked), context.version),
        })),
      };
    }
    const asked = {
      transactionalId: request.v3AndBelowTransactionalId,
      producerId: request.v3AndBelowProducerId,
      producerEpoch: request.v3AndBelowProducerEpoch,
      topics: request.v3AndBelowTopics,
      verifyOnly: false,
    };
    const resultsByTopicV3AndBelow = resultsOf(asked.topics, errorsOf(context, asked), context.version);
    return { throttleTimeMs: 0, resultsByTopicV3AndBelow };
  },
  failed(request, code, version) {
    const failed = (topics: Topics) => resultsWith(topics, () => code);
    return {
      throttleTimeMs: 0,
      errorCode: code,
      resultsByTransaction: [],
      resultsByTopicV3AndBelow: version >= sinceBatched ? [] : failed(request.v3AndBelowTopics),
    };
  },
});

/** One error for each partition, in their order. */
function errorsOf(context: RequestContext, asked: AddRequest): readonly KnownErrorName[] {
  const { broker } = context;
  const { transactionalId, producerId, producerEpoch } = asked;
  const partitions = flat(asked.topics);
  const all = (error: KnownErrorName) => partitions.map(() => error);
  if (transactionalId === "") return all("INVALID_REQUEST");
  const misplaced = transactionCoordinatorError(context, transactionalId);
  if (misplaced) return all(misplaced);
  const isThere = ({ topic, partition }: TopicPartition) => broker.topics.log(topic, partition) !== undefined;
  if (!partitions.every(isThere)) {
    return partitions.map((each) =>
      isThere(each) ? "OPERATION_NOT_ATTEMPTED" : "UNKNOWN_TOPIC_OR_PARTITION",
    );
  }
  const request = { producerId, producerEpoch, partitions };
  if (!asked.verifyOnly) return all(broker.transactions.add(transactionalId, request));
  const transaction = broker.transactions.get(transactionalId);
  return transaction ? verifyInTransaction(transaction, request) : all("INVALID_PRODUCER_ID_MAPPING");
}

function resultsOf(topics: Topics, errors: readonly KnownErrorName[], version: number) {
  let at = 0;
  return resultsWith(topics, () => {
    const error = errors[at++] ?? "NONE";
    return codeForProducer(error, version >= sinceFenced);
  });
}

function resultsWith(topics: Topics, codeOf: () => number) {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: codeOf(),
    })),
  }));
}

function flat(topics: Topics): readonly TopicPartition[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions.map((partition) => ({ topic: name, partition })),
  );
}
