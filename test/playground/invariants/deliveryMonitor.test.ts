import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ByteParts } from "#base/byteParts.ts";
import { FetchSession } from "#playground/fetch/fetchSession.ts";
import type { ReadLimits } from "#playground/log/logBatches.ts";
import { LogTransactions } from "#playground/log/logTransactions.ts";
import { PartitionLog } from "#playground/log/partitionLog.ts";
import { deleteRecords } from "#protocol/apis/deleteRecords.ts";
import { endTxn } from "#protocol/apis/endTxn.ts";
import { initProducerId } from "#protocol/apis/initProducerId.ts";
import { produce } from "#protocol/apis/produce.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { batchOf, fetchFrom, produceTo } from "../produceAndFetch.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const committed = { isolationLevel: 1, maxWaitMs: 10 } as const;
let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 1 });
  client = await simulated.connect();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const told = () =>
  simulated.of("broker.delivery").map(({ problem, offset, isolation }) => ({ problem, offset, isolation }));

async function produceSome(count: number): Promise<void> {
  for (let each = 0; each < count; each++) await simulated.run(produceTo(client, 0, batchOf("a", "b")));
}

/** Writes one batch of two records in a transaction and, unless it stays open, ends it. */
async function transaction(how: "commit" | "abort" | "open", transactionalId = "tx"): Promise<void> {
  const begun = await simulated.run(
    client.call(initProducerId, { transactionalId, transactionTimeoutMs: 60_000 }, { version: 5 }),
  );
  const producer = { producerId: begun.producerId, producerEpoch: begun.producerEpoch };
  const records = ["a", "b"].map(() => ({ timestamp: 1n, key: null, value: null }));
  const batch = encodeBatch({ baseOffset: 0n, records, transactional: true, baseSequence: 0, ...producer });
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records: batch }] }];
  const body = { transactionalId, acks: -1, timeoutMs: 1_000, topicData };
  await simulated.run(client.call(produce, body, { version: 12 }));
  if (how === "open") return;
  await simulated.run(
    client.call(endTxn, { transactionalId, ...producer, committed: how === "commit" }, { version: 5 }),
  );
}

/** What a log reads is made from this instead. */
function readsInstead(
  change: (log: PartitionLog, offset: bigint, limits: ReadLimits) => Uint8Array | ByteParts | undefined,
) {
  const read = PartitionLog.prototype.read;
  vi.spyOn(PartitionLog.prototype, "read").mockImplementation(function (this: PartitionLog, offset, limits) {
    const records = change(this, offset, limits);
    const whole = read.call(this, offset, limits);
    return whole && records ? { ...whole, records: ByteParts.of(records) } : whole;
  });
}

const bytesOf = (log: PartitionLog, ...places: readonly number[]) =>
  new Uint8Array(Buffer.concat(places.map((place) => log.batchAt(place)?.bytes ?? new Uint8Array())));

test("a batch that is passed over is told, and where it was", async () => {
  await produceSome(3);
  readsInstead((log) => bytesOf(log, 0, 2));

  await simulated.run(fetchFrom(client, { 0: 0n }));

  expect(told()).toEqual([{ problem: "notTheLog", offset: 2n, isolation: "read_uncommitted" }]);
});

test.each([
  ["in the order of the log are right", [0, 1, 2], []],
  ["in another order are told", [0, 2, 1], [{ problem: "notTheLog", offset: 1n }]],
  ["of which one comes twice are told", [0, 0, 1], [{ problem: "notTheLog", offset: 1n }]],
])("long batches, handed out where they lie, %s", async (_what, places, expected) => {
  const long = batchOf("x".repeat(10_000));
  for (let count = 0; count < 3; count++) await simulated.run(produceTo(client, 0, long));
  readsInstead((log) => new ByteParts(places.map((place) => log.batchAt(place)?.bytes ?? new Uint8Array())));

  await simulated.run(fetchFrom(client, { 0: 0n }));

  expect(told()).toMatchObject(expected);
  expect(told()).toHaveLength(expected.length);
});

test("a batch that reaches from one piece of an answer into the next is compared as a whole", async () => {
  await produceSome(1);
  readsInstead((log) => {
    const bytes = bytesOf(log, 0);
    return new ByteParts([bytes.subarray(0, 13), bytes.subarray(13)]);
  });

  await simulated.run(fetchFrom(client, { 0: 0n }));

  expect(told()).toEqual([]);
});

test("a batch that is handed out twice is told", async () => {
  await produceSome(2);
  readsInstead((log) => bytesOf(log, 0, 0, 1));

  await simulated.run(fetchFrom(client, { 0: 0n }));

  expect(told()).toMatchObject([{ problem: "notTheLog", offset: 2n }]);
});

test("what is there and has room, and is not given, is told", async () => {
  await produceSome(2);
  readsInstead((log) => bytesOf(log, 0));

  await simulated.run(fetchFrom(client, { 0: 0n }));

  expect(told()).toMatchObject([{ problem: "withheld", offset: 2n }]);
});

test("a log that lost a batch in its middle is told", async () => {
  await produceSome(3);
  const { batchAt } = PartitionLog.prototype;
  const without = (place: number) => (place === 0 ? 0 : place + 1);
  vi.spyOn(PartitionLog.prototype, "batchAt").mockImplementation(function (this: PartitionLog, place) {
    return batchAt.call(this, without(place));
  });
  readsInstead((log) => bytesOf(log, 0, 1));

  await simulated.run(fetchFrom(client, { 0: 0n }));

  expect(told()).toMatchObject([{ problem: "leftOut", offset: 2n }]);
});

test("a list of aborted transactions that lacks one is told", async () => {
  await transaction("abort");
  vi.spyOn(LogTransactions.prototype, "abortedBetween").mockReturnValue([]);

  await simulated.run(fetchFrom(client, { 0: 0n }, committed));

  expect(told()).toEqual([{ problem: "abortedNotTold", offset: 0n, isolation: "read_committed" }]);
});

test("a list of aborted transactions that names a committed one is told", async () => {
  await transaction("abort");
  await transaction("commit");
  const { abortedBetween } = LogTransactions.prototype;
  vi.spyOn(LogTransactions.prototype, "abortedBetween").mockImplementation(function (
    this: LogTransactions,
    from,
    to,
  ) {
    const [first] = abortedBetween.call(this, from, to);
    return first ? [first, { ...first, firstOffset: 3n }] : [];
  });

  await simulated.run(fetchFrom(client, { 0: 0n }, committed));

  expect(told()).toMatchObject([{ problem: "committedToldAborted", offset: 3n }]);
});

test("records of an open transaction are not for who reads committed", async () => {
  await produceSome(1);
  await transaction("open");
  vi.spyOn(PartitionLog.prototype, "lastStableOffset", "get").mockReturnValue(4n);

  await simulated.run(fetchFrom(client, { 0: 0n }, committed));

  expect(told()).toMatchObject([{ problem: "tooFar", offset: 2n }]);
});

test("a last stable offset that nobody holds back any more is told", async () => {
  await transaction("commit");
  vi.spyOn(PartitionLog.prototype, "lastStableOffset", "get").mockReturnValue(0n);

  await simulated.run(fetchFrom(client, { 0: 0n }, committed));

  expect(told()).toMatchObject([{ problem: "withheld", offset: 0n }]);
});

test("a session that goes on from where the client was before is told", async () => {
  await produceSome(2);
  const opened = await simulated.run(fetchFrom(client, { 0: 0n }, { sessionEpoch: 0 }));
  vi.spyOn(FetchSession.prototype, "update").mockReturnValue();

  await simulated.run(
    fetchFrom(client, { 0: 4n }, { sessionId: opened.sessionId, sessionEpoch: 1, maxWaitMs: 0 }),
  );

  expect(told()).toMatchObject([{ problem: "readElsewhere", offset: 4n }]);
});

test("a defect that shows in each answer is told once", async () => {
  await produceSome(2);
  readsInstead((log) => bytesOf(log, 0));

  for (let each = 0; each < 3; each++) await simulated.run(fetchFrom(client, { 0: 0n }));

  expect(told()).toHaveLength(1);
});

test("transactions, cuts, deletions and compaction are all read as they are", async () => {
  const { playground } = simulated;
  const readAll = async () => {
    const start = playground.topics()[0]?.partitions[0]?.logStartOffset ?? 0n;
    for (const isolationLevel of [0, 1]) {
      for (const maxBytes of [1, 200, 10_000_000]) {
        await simulated.run(fetchFrom(client, { 0: start }, { isolationLevel, maxBytes, maxWaitMs: 0 }));
      }
    }
  };
  for (const how of ["abort", "commit"] as const) await transaction(how, how);
  await produceSome(2);
  await transaction("abort");
  await readAll();

  playground.truncateLog({ topic: "orders", partition: 0 }, 9n);
  await readAll();
  await transaction("open");
  await produceSome(1);
  await readAll();
  await transaction("abort");
  playground.compact("orders");
  await readAll();
  const partitions = [{ partitionIndex: 0, offset: 4n }];
  await simulated.run(
    client.call(deleteRecords, { topics: [{ name: "orders", partitions }], timeoutMs: 1_000 }),
  );
  await readAll();

  expect(told()).toEqual([]);
});
