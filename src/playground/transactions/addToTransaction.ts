import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import {
  isPreparing,
  type ProducerIdentity,
  partitionsOf,
  type Transaction,
  type TransactionStep,
} from "./transaction.ts";

/** A transaction with more partitions; the first of them begin it. */
export function addToTransaction(
  current: Transaction,
  request: ProducerIdentity & { readonly partitions: readonly TopicPartition[]; readonly now: number },
): TransactionStep {
  const error = identityError(current, request);
  if (error !== "NONE") return { error };
  const { phase } = current;
  if (isPreparing(phase)) return { error: "CONCURRENT_TRANSACTIONS" };
  const known = keysOf(partitionsOf(phase));
  const added = request.partitions.filter((partition) => !known.has(partition));
  if (phase.state === "Ongoing" && added.length === 0) return { transaction: current };
  const startedAt = phase.state === "Ongoing" ? phase.startedAt : request.now;
  const partitions = [...partitionsOf(phase), ...added];
  return { transaction: { ...current, phase: { state: "Ongoing", startedAt, partitions } } };
}

/** Of each partition, whether it belongs to the transaction (KIP-890: asked before a batch is appended). */
export function verifyInTransaction(
  current: Transaction,
  request: ProducerIdentity & { readonly partitions: readonly TopicPartition[] },
): readonly KnownErrorName[] {
  const error = identityError(current, request);
  if (error !== "NONE") return request.partitions.map(() => error);
  if (isPreparing(current.phase)) return request.partitions.map(() => "CONCURRENT_TRANSACTIONS");
  const known = keysOf(partitionsOf(current.phase));
  return request.partitions.map((partition) => (known.has(partition) ? "NONE" : "TRANSACTION_ABORTABLE"));
}

/** Whether a request comes from the producer that has the transactional id now. */
function identityError(current: Transaction, request: ProducerIdentity): KnownErrorName {
  if (request.producerId !== current.producerId) return "INVALID_PRODUCER_ID_MAPPING";
  return request.producerEpoch === current.producerEpoch ? "NONE" : "PRODUCER_FENCED";
}

function keysOf(partitions: readonly TopicPartition[]): TopicPartitionMap<true> {
  const keys = new TopicPartitionMap<true>();
  for (const partition of partitions) keys.set(partition, true);
  return keys;
}
