import type { TopicPartition } from "#base/topicPartition.ts";
import { describeTransactions } from "#protocol/apis/describeTransactions.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import { partitionsOf } from "../transactions/transaction.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { transactionCoordinatorError } from "./routing.ts";

/** What transactional ids are doing (KIP-664). */
export const describeTransactionsHandler = defineHandler({
  api: describeTransactions,
  handle: (request, context) => ({
    throttleTimeMs: 0,
    transactionStates: request.transactionalIds.map((transactionalId) => describe(context, transactionalId)),
  }),
  failed: (request, code) => ({
    throttleTimeMs: 0,
    transactionStates: request.transactionalIds.map((transactionalId) => unknown(transactionalId, code)),
  }),
});

function describe(context: RequestContext, transactionalId: string) {
  const refused = (error: KnownErrorName) => unknown(transactionalId, errorCode(error));
  if (transactionalId === "") return refused("INVALID_REQUEST");
  const misplaced = transactionCoordinatorError(context, transactionalId);
  if (misplaced) return refused(misplaced);
  const transaction = context.broker.transactions.get(transactionalId);
  if (!transaction) return refused("TRANSACTIONAL_ID_NOT_FOUND");
  const { phase, producerId, producerEpoch } = transaction;
  return {
    errorCode: 0,
    transactionalId,
    transactionState: phase.state,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStartTimeMs: "startedAt" in phase ? BigInt(Math.floor(phase.startedAt)) : -1n,
    producerId,
    producerEpoch,
    topics: byTopic(partitionsOf(phase)),
  };
}

function unknown(transactionalId: string, code: number) {
  return {
    errorCode: code,
    transactionalId,
    transactionState: "",
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0n,
    producerId: 0n,
    producerEpoch: 0,
    topics: [],
  };
}

function byTopic(partitions: readonly TopicPartition[]) {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const known = topics.get(topic);
    if (known) known.push(partition);
    else topics.set(topic, [partition]);
  }
  return Array.from(topics, ([topic, indexes]) => ({ topic, partitions: indexes }));
}
