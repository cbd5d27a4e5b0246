// What a consumer makes of every kind of records that clients were seen to spin on, to lose, or to deliver as data: what
// is delivered, where it stands then, what is said, and that it does not ask in a loop.

import { describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { endTransactionMarker } from "#protocol/records/controlRecord.ts";
import { batchLayout } from "#protocol/records/recordBatch.ts";
import { batchOf, bytesOf, changed, goodBatch } from "../protocol/records/support/batches.ts";
import { ofType } from "./support/engineBench.ts";
import { type FakeBatch, FakeLeaders } from "./support/fakeLeaders.ts";

const p0 = { topic: "orders", partition: 0 };
const gzip = 1;

const good = (from: number, count: number): FakeBatch => batch(from, count, goodBatch(BigInt(from), count));
const batch = (from: number, count: number, bytes: Uint8Array): FakeBatch => ({
  from: BigInt(from),
  to: BigInt(from + count),
  bytes,
});
const badGzip = (from: number): FakeBatch =>
  batch(
    from,
    3,
    batchOf(bytesOf("this is not gzip"), {
      baseOffset: BigInt(from),
      recordCount: 3,
      lastOffsetDelta: 2,
      attributes: gzip,
    }),
  );
const badCrc = (from: number): FakeBatch =>
  batch(
    from,
    3,
    changed(goodBatch(BigInt(from), 3), (view) => view.setUint8(80, view.getUint8(80) ^ 1)),
  );
const garbage = (from: number): FakeBatch =>
  batch(
    from,
    3,
    batchOf(new Uint8Array(40).fill(0x63), { baseOffset: BigInt(from), recordCount: 3, lastOffsetDelta: 2 }),
  );
const twoRecords = goodBatch(10n, 2).subarray(batchLayout.records);
const claiming = (recordCount: number, body = twoRecords, lastOffsetDelta = 2): FakeBatch =>
  batch(10, lastOffsetDelta + 1, batchOf(body, { recordCount, lastOffsetDelta }));
const bomb = (): FakeBatch => {
  const records = [{ timestamp: 0n, key: null, value: new Uint8Array(80 << 20) }];
  return batch(10, 1, encodeBatch({ baseOffset: 10n, records, compression: "gzip" }));
};
const marker = (from: number, type: "commit" | "abort"): FakeBatch =>
  batch(
    from,
    1,
    encodeBatch({
      baseOffset: BigInt(from),
      records: [{ timestamp: 0n, ...endTransactionMarker(type, 5) }],
      control: true,
      transactional: true,
      producerId: 7n,
      producerEpoch: 2,
    }),
  );
const transaction = (from: number, count: number): FakeBatch =>
  batch(
    from,
    count,
    goodBatch(BigInt(from), count, { transactional: true, producerId: 7n, producerEpoch: 2 }),
  );

/** A reader at 10, and everything that became of it in a minute. */
async function read(
  log: readonly FakeBatch[],
  options: Partial<ConsumerOptions> = {},
  aborted: readonly { producerId: bigint; firstOffset: bigint }[] = [],
) {
  const bench = new FakeLeaders([1], [1]);
  await bench.start();
  bench.logs = [log];
  bench.script = () => ({ abortedTransactions: aborted.slice() });
  const { session, seen, poll } = bench.session({
    startPosition: { kind: "offset", offset: 10n },
    ...options,
  });
  session.start();
  const records = [];
  for (let round = 0; round < 6; round++) records.push(...(await poll(100, 1_000)));
  await bench.clock.advance(60_000);
  const [partition] = session.partitions();
  return {
    delivered: records.map(({ offset }) => Number(offset)),
    controls: records.flatMap(({ control }) => (control ? [control] : [])),
    position: Number(partition?.position),
    state: partition?.progress.state,
    rejected: ofType(seen, "fetch.batchRejected"),
    gaps: ofType(seen, "fetch.gap").map(({ fromOffset, toOffset }) => [Number(fromOffset), Number(toOffset)]),
    asked: bench.asked(p0).length,
    left: session.buffered(),
  };
}

interface DamagedRow {
  readonly input: string;
  readonly log: () => readonly FakeBatch[];
  /** Delivered before it, and after it when it is skipped. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly cause: string;
  /** Where it is skipped to; undefined: nothing credible says. */
  readonly next: number | undefined;
  readonly trusted: boolean;
}

const damagedRows: readonly DamagedRow[] = [
  {
    input: "bad gzip at the end of the log",
    log: () => [badGzip(10)],
    before: [],
    after: [],
    cause: "decompression",
    next: 13,
    trusted: true,
  },
  {
    input: "bad gzip, then a good batch",
    log: () => [badGzip(10), good(13, 1)],
    before: [],
    after: [13],
    cause: "decompression",
    next: 13,
    trusted: true,
  },
  {
    input: "a good batch, bad gzip, a good batch",
    log: () => [good(10, 1), badGzip(11), good(14, 1)],
    before: [10],
    after: [14],
    cause: "decompression",
    next: 14,
    trusted: true,
  },
  {
    input: "a bad checksum at the end of the log",
    log: () => [badCrc(10)],
    before: [],
    after: [],
    cause: "crc",
    next: 13,
    trusted: false,
  },
  {
    input: "a good batch, a bad checksum, a good batch",
    log: () => [good(10, 1), badCrc(11), good(14, 1)],
    before: [10],
    after: [14],
    cause: "crc",
    next: 14,
    trusted: true,
  },
  {
    input: "garbage for records under a good checksum, at the end",
    log: () => [garbage(10)],
    before: [],
    after: [],
    cause: "recordLayout",
    next: 13,
    trusted: true,
  },
  {
    input: "such garbage, then a good batch",
    log: () => [garbage(10), good(13, 1)],
    before: [],
    after: [13],
    cause: "recordLayout",
    next: 13,
    trusted: true,
  },
  {
    input: "three records claimed, two there",
    log: () => [claiming(3)],
    before: [],
    after: [],
    cause: "recordCount",
    next: 13,
    trusted: true,
  },
  {
    input: "three records claimed, no bytes",
    log: () => [claiming(3, new Uint8Array(0))],
    before: [],
    after: [],
    cause: "recordCount",
    next: 13,
    trusted: true,
  },
  {
    input: "a negative number of records",
    log: () => [claiming(-1), good(13, 1)],
    before: [],
    after: [13],
    cause: "recordCount",
    next: 13,
    trusted: true,
  },
  {
    input: "two thousand million records",
    log: () => [claiming(2 ** 31 - 1), good(13, 1)],
    before: [],
    after: [13],
    cause: "recordCount",
    next: 13,
    trusted: true,
  },
  {
    input: "a negative length",
    log: () => [
      batch(
        10,
        2,
        changed(goodBatch(10n, 2), (view) => view.setInt32(batchLayout.batchLength, -5)),
      ),
    ],
    before: [],
    after: [],
    cause: "length",
    next: 12,
    trusted: false,
  },
  {
    input: "an unknown magic",
    log: () => [
      batch(
        10,
        2,
        changed(goodBatch(10n, 2), (view) => view.setInt8(batchLayout.magic, 3)),
      ),
      good(12, 1),
    ],
    before: [],
    after: [12],
    cause: "magic",
    next: 12,
    trusted: true,
  },
  {
    input: "an unknown magic that leaves nothing to trust",
    log: () => [
      batch(
        10,
        2,
        changed(goodBatch(10n, 2), (view) => view.setInt16(batchLayout.magic, 0x03ff)),
      ),
    ],
    before: [],
    after: [],
    cause: "magic",
    next: undefined,
    trusted: false,
  },
  {
    input: "an unknown codec",
    log: () => [
      batch(10, 2, batchOf(twoRecords, { recordCount: 2, lastOffsetDelta: 1, attributes: 6 })),
      good(12, 2),
    ],
    before: [],
    after: [12, 13],
    cause: "codecUnknown",
    next: 12,
    trusted: true,
  },
  {
    input: "a small batch that unpacks to far too much",
    log: () => [bomb(), good(11, 1)],
    before: [],
    after: [11],
    cause: "bomb",
    next: 11,
    trusted: true,
  },
];

describe("a damaged batch", () => {
  test.each(damagedRows)("halts before it, once: $input", async ({ log, before, cause, next, trusted }) => {
    const outcome = await read(log());

    const baseOffset = 10n + BigInt(before.length);
    expect(outcome).toMatchObject({ delivered: before, state: "errored", gaps: [] });
    expect(outcome.position).toBe(Number(baseOffset));
    expect(outcome.rejected).toHaveLength(1);
    expect(outcome.rejected[0]).toMatchObject({
      cause,
      action: "halted",
      baseOffset,
      boundsTrusted: trusted,
    });
    expect(outcome.rejected[0]?.nextSafeOffset).toBe(next === undefined ? undefined : BigInt(next));
    expect(outcome.rejected[0]?.boundsReason).toMatch(/\w/);
    expect(outcome.asked).toBeLessThan(4);
    expect(outcome.left).toEqual({ records: 0, bytes: 0, batches: 0 });
  });

  test.each(damagedRows)("is passed over with a gap, when that is the policy: $input", async (row) => {
    const { log, before, after, next } = row;

    const outcome = await read(log(), { corruptBatchPolicy: "skip" });

    const from = 10 + before.length;
    expect(outcome.delivered).toEqual([...before, ...after]);
    expect(outcome.gaps).toEqual(next === undefined ? [] : [[from, next]]);
    expect(outcome.position).toBe(next === undefined ? from : next + after.length);
    expect(outcome.rejected).toMatchObject([{ action: next === undefined ? "halted" : "skipped" }]);
    expect(outcome.state).toBe(next === undefined ? "errored" : "fetching");
    // Once more every half second, since its end is waited at; never in a loop.
    expect(outcome.asked).toBeLessThan(150);
  });
});

const soundRows: readonly {
  readonly input: string;
  readonly log: readonly FakeBatch[];
  readonly options?: Partial<ConsumerOptions>;
  readonly aborted?: readonly { producerId: bigint; firstOffset: bigint }[];
  readonly delivered: readonly number[];
  readonly position: number;
}[] = [
  {
    input: "an empty batch that compaction left (KAFKA-5443)",
    log: [batch(10, 6, goodBatch(10n, 0, { lastOffsetDelta: 5 }))],
    delivered: [],
    position: 16,
  },
  {
    input: "gaps that compaction left",
    log: [
      batch(
        10,
        10,
        encodeBatch({
          baseOffset: 10n,
          lastOffsetDelta: 9,
          records: [
            { timestamp: 0n, key: null, value: null },
            { timestamp: 0n, key: null, value: null, offsetDelta: 2 },
          ],
        }),
      ),
      good(20, 1),
    ],
    delivered: [10, 12, 20],
    position: 21,
  },
  { input: "a commit marker only", log: [marker(10, "commit")], delivered: [], position: 11 },
  {
    input: "an aborted batch and its marker, read committed",
    log: [transaction(10, 2), marker(12, "abort")],
    options: { isolation: "read_committed" },
    aborted: [{ producerId: 7n, firstOffset: 10n }],
    delivered: [],
    position: 13,
  },
  {
    input: "a second abort marker, which ends nothing",
    log: [transaction(10, 1), marker(11, "abort"), marker(12, "abort"), transaction(13, 1)],
    options: { isolation: "read_committed" },
    aborted: [{ producerId: 7n, firstOffset: 10n }],
    delivered: [13],
    position: 14,
  },
  {
    input: "transactions whose aborted list overlaps and is in no order",
    log: [transaction(10, 1), marker(11, "abort"), good(12, 1), transaction(13, 1), marker(14, "abort")],
    options: { isolation: "read_committed" },
    aborted: [
      { producerId: 7n, firstOffset: 13n },
      { producerId: 7n, firstOffset: 10n },
      { producerId: 9n, firstOffset: 2n },
    ],
    delivered: [12],
    position: 15,
  },
];

describe("what is sound is neither lost nor called damage", () => {
  test.each(soundRows)("$input", async ({ log, options, aborted, delivered, position }) => {
    const outcome = await read(log, options, aborted);

    expect(outcome).toMatchObject({ delivered, position, rejected: [], gaps: [], state: "fetching" });
    expect(outcome.asked).toBeLessThan(150);
  });

  test("a tail that the size limit cut is fetched again, whole", async () => {
    const log = [good(10, 2), good(12, 40)];
    const cutAt = goodBatch(10n, 2).length + 70;
    const limits = { maxWaitMs: 500, minBytes: 1, maxBytes: cutAt, maxPartitionBytes: cutAt };

    const outcome = await read(log, { fetch: limits });

    expect(outcome).toMatchObject({ position: 52, rejected: [], state: "fetching" });
    expect(outcome.delivered).toHaveLength(42);
  });

  test("a partition that an answer names twice is delivered once", async () => {
    const bench = new FakeLeaders([1], [1]);
    await bench.start();
    bench.logs = [[good(0, 3)]];
    const { session, poll } = bench.session();
    const twice = goodBatch(0n, 3);
    bench.script = (ask) =>
      ask.fetchOffset === 0n ? { records: new Uint8Array([...twice, ...twice]) } : undefined;
    session.start();

    const records = [...(await poll(100, 2_000)), ...(await poll(100, 2_000))];

    expect(records.map(({ offset }) => offset)).toEqual([0n, 1n, 2n]);
  });
});

describe("control records", () => {
  const log = [
    transaction(10, 2),
    marker(12, "commit"),
    transaction(13, 1),
    marker(14, "abort"),
    good(15, 1),
  ];

  test("are not delivered unless asked for", async () => {
    const outcome = await read(log);

    expect(outcome).toMatchObject({ delivered: [10, 11, 13, 15], position: 16, controls: [] });
  });

  test.each(["read_uncommitted", "read_committed"] as const)(
    "are delivered as what they are, at their offsets, when asked for: %s",
    async (isolation) => {
      const aborted = [{ producerId: 7n, firstOffset: 13n }];

      const outcome = await read(log, { controlRecords: true, isolation }, aborted);

      const data = isolation === "read_committed" ? [10, 11, 15] : [10, 11, 13, 15];
      expect(outcome.delivered).toEqual([...data, 12, 14].sort((a, b) => a - b));
      expect(outcome.controls).toEqual([
        { type: "commit", producerId: 7n, producerEpoch: 2, coordinatorEpoch: 5 },
        { type: "abort", producerId: 7n, producerEpoch: 2, coordinatorEpoch: 5 },
      ]);
      expect(outcome.position).toBe(16);
    },
  );
});
