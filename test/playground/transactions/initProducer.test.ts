import { expect, test } from "vitest";
import { type InitProducer, initProducer } from "#playground/transactions/initProducer.ts";
import type { Transaction } from "#playground/transactions/transaction.ts";

const idle: Transaction = {
  transactionalId: "tx",
  producerId: 9n,
  producerEpoch: 4,
  previousProducerId: 2n,
  lastProducerEpoch: 3,
  timeoutMs: 1_000,
  phase: { state: "CompleteCommit", startedAt: 1 },
};
const ongoing: Transaction = { ...idle, phase: { state: "Ongoing", startedAt: 1, partitions: [] } };
const preparing: Transaction = {
  ...idle,
  phase: {
    state: "PrepareAbort",
    startedAt: 1,
    partitions: [],
    next: { producerId: 9n, producerEpoch: 4 },
  },
};
const exhausted: Transaction = { ...idle, producerEpoch: 0x7ffe };

const was = (producerId: bigint, producerEpoch: number) => ({ producerId, producerEpoch });

test.each<{
  what: string;
  current: Transaction;
  expected?: InitProducer["expected"];
  outcome: string;
}>([
  { what: "a restarted producer gets the next epoch", current: idle, outcome: "9 epoch 5" },
  {
    what: "one that goes on after an error, too",
    current: idle,
    expected: was(9n, 4),
    outcome: "9 epoch 5",
  },
  {
    what: "a repeated request takes no further epoch",
    current: idle,
    expected: was(9n, 3),
    outcome: "9 epoch 4",
  },
  { what: "an older one is fenced", current: idle, expected: was(9n, 2), outcome: "PRODUCER_FENCED" },
  { what: "another id is fenced", current: idle, expected: was(8n, 4), outcome: "PRODUCER_FENCED" },
  {
    what: "the id before is fenced, unless its epochs were used up",
    current: idle,
    expected: was(2n, 4),
    outcome: "PRODUCER_FENCED",
  },
  { what: "an open transaction is aborted first", current: ongoing, outcome: "mustAbort" },
  { what: "one being decided has to end first", current: preparing, outcome: "CONCURRENT_TRANSACTIONS" },
  { what: "used up epochs lead to a new id", current: exhausted, outcome: "77 epoch 0" },
])("$what", ({ current, expected, outcome }) => {
  const decision = initProducer(current, { timeoutMs: 500, expected, newProducerId: () => 77n });

  const told =
    decision.type === "ready"
      ? `${decision.transaction.producerId} epoch ${decision.transaction.producerEpoch}`
      : decision.type === "refused"
        ? decision.error
        : decision.type;
  expect(told).toBe(outcome);
});
