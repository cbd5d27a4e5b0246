import { expect, test } from "vitest";
import { completed, type EndRequest, endTransaction } from "#playground/transactions/endTransaction.ts";
import type { Transaction, TransactionPhase } from "#playground/transactions/transaction.ts";

const partitions = [{ topic: "orders", partition: 0 }];
const phases = {
  empty: { state: "Empty" },
  ongoing: { state: "Ongoing", startedAt: 5, partitions },
  preparingCommit: {
    state: "PrepareCommit",
    startedAt: 5,
    partitions,
    next: { producerId: 9n, producerEpoch: 4 },
  },
  committed: { state: "CompleteCommit", startedAt: 5 },
  aborted: { state: "CompleteAbort", startedAt: 5 },
} as const satisfies Record<string, TransactionPhase>;

function transaction(phase: TransactionPhase, changed: Partial<Transaction> = {}): Transaction {
  return {
    transactionalId: "tx",
    producerId: 9n,
    producerEpoch: 4,
    previousProducerId: undefined,
    lastProducerEpoch: 3,
    timeoutMs: 1_000,
    phase,
    ...changed,
  };
}

function request(changed: Partial<EndRequest> = {}): EndRequest {
  return {
    producerId: 9n,
    producerEpoch: 4,
    how: "commit",
    bumpsEpoch: true,
    now: 10,
    newProducerId: () => 77n,
    ...changed,
  };
}

const abort = { how: "abort" } as const;
const retried = { producerEpoch: 3 } as const;
const old = { bumpsEpoch: false } as const;

// As TransactionCoordinator of Kafka 4 decides them, once for each generation of EndTxn.
test.each<[phase: keyof typeof phases, asked: Partial<EndRequest>, outcome: string]>([
  ["ongoing", {}, "PrepareCommit, epoch 5"],
  ["ongoing", abort, "PrepareAbort, epoch 5"],
  ["ongoing", retried, "PRODUCER_FENCED"],
  ["ongoing", { producerId: 8n }, "INVALID_PRODUCER_ID_MAPPING"],
  ["empty", {}, "INVALID_TXN_STATE"],
  ["empty", abort, "PrepareAbort, epoch 5"],
  ["preparingCommit", retried, "CONCURRENT_TRANSACTIONS"],
  ["preparingCommit", { ...retried, ...abort }, "INVALID_TXN_STATE"],
  ["preparingCommit", {}, "PRODUCER_FENCED"],
  ["committed", retried, "repeated"],
  ["committed", { ...retried, ...abort }, "INVALID_TXN_STATE"],
  ["committed", {}, "INVALID_TXN_STATE"],
  ["committed", abort, "PrepareAbort, epoch 5"],
  ["aborted", { ...retried, ...abort }, "repeated"],
  ["aborted", retried, "INVALID_TXN_STATE"],
  ["aborted", abort, "PrepareAbort, epoch 5"],
  ["ongoing", old, "PrepareCommit, epoch 4"],
  ["ongoing", { ...old, ...retried }, "PRODUCER_FENCED"],
  ["empty", old, "INVALID_TXN_STATE"],
  ["empty", { ...old, ...abort }, "INVALID_TXN_STATE"],
  ["preparingCommit", old, "CONCURRENT_TRANSACTIONS"],
  ["preparingCommit", { ...old, ...abort }, "INVALID_TXN_STATE"],
  ["committed", old, "repeated"],
  ["committed", { ...old, ...abort }, "INVALID_TXN_STATE"],
  ["aborted", { ...old, ...abort }, "repeated"],
])("EndTxn while %s, asked %o: %s", (phase, asked, outcome) => {
  const decision = endTransaction(transaction(phases[phase]), request(asked));

  const told =
    decision.type === "refused"
      ? decision.error
      : decision.type === "prepared"
        ? `${decision.transaction.phase.state}, epoch ${decision.transaction.producerEpoch}`
        : decision.type;
  expect(told).toBe(outcome);
});

test("a producer whose epochs are used up goes on under a new id, and may repeat its last EndTxn", () => {
  const last = transaction(phases.ongoing, { producerEpoch: 0x7ffe });
  const asked = request({ producerEpoch: 0x7ffe });

  const decision = endTransaction(last, asked);

  if (decision.type !== "prepared") throw new Error(decision.type);
  const after = completed(decision.transaction);
  expect(decision.transaction).toMatchObject({ producerId: 9n, producerEpoch: 0x7fff });
  expect(after).toMatchObject({ producerId: 77n, producerEpoch: 0, previousProducerId: 9n });
  expect(endTransaction(after, asked)).toEqual({ type: "repeated" });
});
