import { expect, test } from "vitest";
import { TransactionOutcomes } from "#playground/invariants/transactionOutcomes.ts";
import { markerBatch } from "#playground/log/markerBatch.ts";
import { PartitionLog } from "#playground/log/partitionLog.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";

const producers = [1n, 2n, 3n];

/** Producers in turn write a batch each, then end their transactions: three of four are aborted. Gives the aborted. */
function write(log: PartitionLog, transactions: number): bigint[] {
  const aborted: bigint[] = [];
  for (let round = 0; round < transactions / producers.length; round++) {
    for (const producerId of producers) {
      const records = [{ timestamp: 1n, key: null, value: null }];
      const batch = { baseOffset: 0n, records, transactional: true, producerId, producerEpoch: 0 };
      const { baseOffset } = log.append(encodeBatch({ ...batch, baseSequence: round }));
      if (!isCommitted(round, producerId)) aborted.push(baseOffset);
    }
    for (const producerId of producers) {
      const how = isCommitted(round, producerId) ? "commit" : "abort";
      log.append(markerBatch({ producerId, producerEpoch: 0, coordinatorEpoch: 0, how }, 1n));
    }
  }
  return aborted;
}

const isCommitted = (round: number, producerId: bigint) => (round + Number(producerId)) % 4 === 0;

const emptyLog = () => new PartitionLog({ topic: "orders", partition: 0 });

const toldOf = (log: PartitionLog, outcomes: TransactionOutcomes) =>
  log.batches
    .filter((batch) => !batch.header.isControl && outcomes.isAborted(batch))
    .map(({ baseOffset }) => baseOffset);

test("the outcome of each of many transactions is known", () => {
  const log = emptyLog();
  const aborted = write(log, 3_000);
  const outcomes = new TransactionOutcomes(log);

  const told = toldOf(log, outcomes);

  expect(told).toEqual(aborted);
  expect(outcomes.firstOpenOffset).toBeUndefined();
});

test.each([
  ["between two transactions", 1_500n],
  ["between a transaction's batch and its marker", 1_501n],
])("what is left of a log is known after its start has moved %s", (_what, startOffset) => {
  const log = emptyLog();
  const aborted = write(log, 1_500);
  const outcomes = new TransactionOutcomes(log);
  toldOf(log, outcomes);
  log.deleteBefore(startOffset);
  aborted.push(...write(log, 3_000));

  const told = toldOf(log, outcomes);

  expect(told).toEqual(aborted.filter((offset) => offset >= startOffset));
});

test("what was known is known again after the end of the log was cut off", () => {
  const log = emptyLog();
  const aborted = write(log, 1_500);
  const outcomes = new TransactionOutcomes(log);
  toldOf(log, outcomes);
  log.truncate(1_200n);

  const told = toldOf(log, outcomes);

  expect(told).toEqual(aborted.filter((offset) => offset < 1_200n));
});
