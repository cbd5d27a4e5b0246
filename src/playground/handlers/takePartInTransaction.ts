import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { verifyInTransaction } from "../transactions/addToTransaction.ts";
import type { ProducerIdentity } from "../transactions/transaction.ts";
import type { RequestContext } from "./handler.ts";

/** A write that belongs to a transaction. */
export interface TakingPart extends ProducerIdentity {
  /** Null names none, and then nothing can belong to one. */
  readonly transactionalId: string | null;
  readonly partition: TopicPartition;
}

/** Versions of an API from which KIP-890 changes what it does. */
export interface TransactionalVersions {
  /** The write itself begins or extends the transaction. */
  readonly sinceImplicit: number;
  /** A client knows TRANSACTION_ABORTABLE. */
  readonly sinceAbortable: number;
}

/**
 * Whether a partition that has no records of the transaction yet may get some (KIP-890): newer clients leave it to the
 * broker to add it, for older ones it is checked that they did. Why not is said as the transaction's coordinator says it.
 */
export function takePartInTransaction(
  { broker, version }: RequestContext,
  { transactionalId, partition, producerId, producerEpoch }: TakingPart,
  { sinceImplicit, sinceAbortable }: TransactionalVersions,
): KnownErrorName {
  if (transactionalId === null) return "INVALID_TXN_STATE";
  if (broker.transactionCoordinators.isLoading(transactionalId)) return "COORDINATOR_LOAD_IN_PROGRESS";
  const request = { producerId, producerEpoch, partitions: [partition] };
  if (version >= sinceImplicit) return toWriter(broker.transactions.add(transactionalId, request));
  const transaction = broker.transactions.get(transactionalId);
  if (transaction === undefined) return "INVALID_PRODUCER_ID_MAPPING";
  const [error = "NONE"] = verifyInTransaction(transaction, request);
  if (error === "TRANSACTION_ABORTABLE" && version < sinceAbortable) return "INVALID_TXN_STATE";
  return toWriter(error);
}

/** A fenced writer may abort and go on; PRODUCER_FENCED would be its end (KIP-588). */
function toWriter(error: KnownErrorName): KnownErrorName {
  return error === "PRODUCER_FENCED" ? "INVALID_PRODUCER_EPOCH" : error;
}
