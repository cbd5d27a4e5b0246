import type { BrokerTransaction } from "#trace/observations/broker.ts";
import { partitionsOf, type Transaction } from "./transaction.ts";

/** A transactional id as observed after a change. */
export function transactionReport(transaction: Transaction, reason?: string): BrokerTransaction {
  const { phase, producerId, producerEpoch, transactionalId, timeoutMs } = transaction;
  return {
    type: "broker.transaction",
    producerId,
    producerEpoch,
    transactionalId,
    state: phase.state,
    partitions: partitionsOf(phase),
    startedAt: "startedAt" in phase ? phase.startedAt : undefined,
    timeoutMs,
    reason,
  };
}
