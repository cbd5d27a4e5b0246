// Batches that come when much of their partition is buffered already stay as they came until it is their turn, or until
// they have waited a while. One that turns out then to be damaged is dealt with as one that is found at once.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import { batchLayout } from "#protocol/records/recordBatch.ts";
import { batchOf, bytesOf, goodBatch, resealed } from "../protocol/records/support/batches.ts";
import { ofType } from "./support/engineBench.ts";
import { type FakeBatch, FakeLeaders } from "./support/fakeLeaders.ts";

const p0 = { topic: "orders", partition: 0 };
const toEnd = { kind: "end" } as const;

const batch = (from: number, count: number, bytes: Uint8Array): FakeBatch => ({
  from: BigInt(from),
  to: BigInt(from + count),
  bytes,
});
/** More than is opened ahead. */
const large = batch(0, 3_000, goodBatch(0n, 3_000));
const packed = (from: number, count: number): FakeBatch =>
  batch(from, count, goodBatch(BigInt(from), count, { compression: "lz4" }));
const notGzip = (from: number, count: number): FakeBatch => {
  const header = { baseOffset: BigInt(from), recordCount: count, lastOffsetDelta: count - 1, attributes: 1 };
  return batch(from, count, batchOf(bytesOf("this is not gzip"), header));
};
const damagedLog = [large, packed(3_000, 500), notGzip(3_500, 100), packed(3_600, 400)];

/** Everything has come by then, and nothing has waited yet. */
const soonMs = 300;

async function reader(log: readonly FakeBatch[], options: Partial<ConsumerOptions> = {}) {
  const bench = new FakeLeaders([1], [1]);
  await bench.start();
  bench.logs = [log];
  const member = bench.session(options);
  member.session.start();
  await bench.clock.advance(soonMs);
  const rejected = () => ofType(member.seen, "fetch.batchRejected");
  /** Polls until nothing comes; offsets. */
  const drain = async () => {
    const offsets: number[] = [];
    for (;;) {
      const records = await member.poll(700, 20_000);
      if (records.length === 0) return offsets;
      offsets.push(...records.map(({ offset }) => Number(offset)));
    }
  };
  return { bench, ...member, rejected, drain };
}

const upTo = (end: number, from = 0) => Array.from({ length: end - from }, (_, index) => from + index);

describe("compressed batches in the buffer", () => {
  test("count with the records they have and the bytes they came in, and are all delivered", async () => {
    const { session, drain } = await reader([large, packed(3_000, 500), packed(3_500, 500)]);
    const before = session.buffered();

    const delivered = await drain();

    const cameIn = [3_000, 3_500].reduce((sum, from) => sum + packed(from, 500).bytes.length, 0);
    expect(before).toMatchObject({ records: 4_000, batches: 3 });
    expect(before.bytes).toBe(large.bytes.length + cameIn);
    expect(delivered).toEqual(upTo(4_000));
    expect(session.buffered()).toEqual({ records: 0, bytes: 0, batches: 0 });
  });

  test("stay while their partition is paused, and come when it is resumed", async () => {
    const { session, drain } = await reader([large, packed(3_000, 500)]);
    session.pause(p0);
    const whilePaused = await drain();
    const kept = session.buffered().records;

    session.resume(p0);
    const delivered = await drain();

    expect(whilePaused).toEqual([]);
    expect(kept).toBe(3_500);
    expect(delivered).toEqual(upTo(3_500));
  });

  test("are opened and counted when they are consumed and dropped", async () => {
    const { bench, session } = await reader([large, packed(3_000, 500), packed(3_500, 500)]);

    const skipped = await bench.run(session.skip(p0, toEnd, { how: "discard" }));

    expect(skipped).toMatchObject({ from: 0n, to: 4_000n, records: 4_000 });
    expect(session.buffered()).toEqual({ records: 0, bytes: 0, batches: 0 });
  });
});

describe("a compressed batch that cannot be opened at its turn", () => {
  test("halts its partition, after all that lies before it was delivered", async () => {
    const { bench, session, rejected, drain } = await reader(damagedLog);
    const before = rejected().length;

    const delivered = await drain();

    await bench.clock.advance(60_000);
    expect(before).toBe(0);
    expect(delivered).toEqual(upTo(3_500));
    expect(rejected()).toMatchObject([
      { action: "halted", cause: "decompression", baseOffset: 3_500n, nextSafeOffset: 3_600n },
    ]);
    const [partition] = session.partitions();
    expect(partition).toMatchObject({ position: 3_500n, fetchPosition: 3_500n });
    expect(partition?.halted).toEqual({ baseOffset: 3_500n, nextSafeOffset: 3_600n });
    expect(session.buffered()).toEqual({ records: 0, bytes: 0, batches: 0 });
  });

  test("is passed over with a gap when that is the policy, and what follows is read again", async () => {
    const { seen, rejected, drain } = await reader(damagedLog, { corruptBatchPolicy: "skip" });

    const delivered = await drain();

    expect(delivered).toEqual([...upTo(3_500), ...upTo(4_000, 3_600)]);
    expect(rejected()).toMatchObject([{ action: "skipped" }]);
    expect(ofType(seen, "fetch.gap")).toMatchObject([{ fromOffset: 3_500n, toOffset: 3_600n }]);
  });

  test("is asked for again as often as the policy says, with a pause before each time", async () => {
    const { bench, rejected, drain } = await reader(damagedLog, {
      corruptBatchPolicy: { kind: "retry", times: 2, backoffMs: 3_000, otherwise: "halt" },
    });

    await drain();

    const all = rejected();
    expect(all).toMatchObject([
      { action: "retrying", attempt: 1 },
      { action: "retrying", attempt: 2 },
      { action: "halted" },
    ]);
    const pauses = all.slice(1).map(({ at }, index) => at - (all[index]?.at ?? 0));
    for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(3_000);
    expect(bench.asked(p0).filter((offset) => offset === 3_500n)).toHaveLength(2);
  });

  test("is delivered when it is readable the next time", async () => {
    const { bench, seen, drain } = await reader(damagedLog, {
      corruptBatchPolicy: { kind: "retry", times: 2, backoffMs: 1_000, otherwise: "halt" },
    });
    bench.logs = [[large, packed(3_000, 500), packed(3_500, 100), packed(3_600, 400)]];

    const delivered = await drain();

    expect(delivered).toEqual(upTo(4_000));
    expect(ofType(seen, "fetch.batchResolved")).toMatchObject([{ how: "readable" }]);
  });

  test("stands in the way of consuming and dropping", async () => {
    const { bench, session, rejected } = await reader(damagedLog);

    const skipping = bench.run(session.skip(p0, toEnd, { how: "discard" }));

    await expect(skipping).rejects.toMatchObject({ code: "STALLED" });
    expect(rejected()).toMatchObject([{ action: "halted" }]);
    expect(session.partitions()[0]).toMatchObject({ position: 3_500n });
  });
});

describe("a closed batch that cannot be opened, while nobody polls", () => {
  const halt = { cause: "decompression", baseOffset: 3_500n, nextSafeOffset: 3_600n } as const;

  test("halts its partition, and all that lies before it is still delivered", async () => {
    const { bench, session, rejected, drain } = await reader(damagedLog);
    const atOnce = rejected().length;

    await bench.clock.advance(2_000);

    const [partition] = session.partitions();
    expect(atOnce).toBe(0);
    expect(rejected()).toMatchObject([{ ...halt, action: "halted" }]);
    expect(partition).toMatchObject({ position: 0n, fetchPosition: 3_500n });
    expect(partition?.halted).toEqual({ baseOffset: 3_500n, nextSafeOffset: 3_600n });
    expect(session.buffered()).toMatchObject({ records: 3_500, batches: 2 });
    expect(await drain()).toEqual(upTo(3_500));
    expect(session.buffered()).toEqual({ records: 0, bytes: 0, batches: 0 });
    expect(rejected()).toHaveLength(1);
  });

  test("is found in what is not compressed, too, and in a paused partition", async () => {
    const oneMore = resealed(goodBatch(3_000n, 100), (view) => view.setInt32(batchLayout.recordCount, 99));
    const { bench, session, rejected } = await reader([large, batch(3_000, 100, oneMore)]);
    session.pause(p0);

    await bench.clock.advance(2_000);

    expect(rejected()).toMatchObject([{ action: "halted", cause: "recordCount", baseOffset: 3_000n }]);
    expect(session.partitions()[0]).toMatchObject({ paused: true, fetchPosition: 3_000n });
  });

  test("is passed over with a gap when that is the policy, and what follows is read again", async () => {
    const { bench, seen, session, drain } = await reader(damagedLog, { corruptBatchPolicy: "skip" });

    await bench.clock.advance(2_000);

    expect(ofType(seen, "fetch.gap")).toMatchObject([{ fromOffset: 3_500n, toOffset: 3_600n }]);
    expect(session.buffered()).toMatchObject({ records: 3_900, batches: 3 });
    expect(await drain()).toEqual([...upTo(3_500), ...upTo(4_000, 3_600)]);
  });

  test("is asked for again when that is the policy, and is in its place when it is readable then", async () => {
    const { bench, seen, rejected, drain } = await reader(damagedLog, {
      corruptBatchPolicy: { kind: "retry", times: 2, backoffMs: 1_000, otherwise: "halt" },
    });
    bench.logs = [[large, packed(3_000, 500), packed(3_500, 100), packed(3_600, 400)]];

    await bench.clock.advance(5_000);

    expect(rejected()).toMatchObject([{ ...halt, action: "retrying", attempt: 1 }]);
    expect(ofType(seen, "fetch.batchResolved")).toMatchObject([{ how: "readable" }]);
    expect(await drain()).toEqual(upTo(4_000));
  });

  test("is found behind more than one look opens", async () => {
    const value = new Uint8Array(1_000_000).fill(7);
    const huge = (from: number) => {
      const records = [{ timestamp: 0n, key: null, value }];
      return batch(from, 1, goodBatch(BigInt(from), 0, { records, compression: "gzip" }));
    };
    const { bench, rejected } = await reader([
      large,
      ...upTo(3_050, 3_000).map(huge),
      notGzip(3_050, 10),
      packed(3_060, 10),
    ]);

    await bench.clock.advance(5_000);

    expect(rejected()).toMatchObject([{ action: "halted", baseOffset: 3_050n }]);
  });
});

describe("whatever is damaged, whoever finds it, and whenever anybody polls", () => {
  const part = fc.record({
    make: fc.constantFrom(packed, packed, notGzip, (from: number, count: number) =>
      batch(from, count, goodBatch(BigInt(from), count)),
    ),
    count: fc.integer({ min: 1, max: 300 }),
  });
  const step = fc.oneof(
    fc.record({ op: fc.constant("poll" as const), amount: fc.integer({ min: 1, max: 1_500 }) }),
    fc.record({ op: fc.constant("wait" as const), amount: fc.integer({ min: 1, max: 700 }) }),
    fc.record({ op: fc.constantFrom("pause" as const, "resume" as const), amount: fc.constant(0) }),
  );
  type Reader = Awaited<ReturnType<typeof reader>>;

  async function perform({ bench, session, poll }: Reader, { op, amount }: { op: string; amount: number }) {
    if (op === "wait") await bench.clock.advance(amount);
    if (op === "pause") session.pause(p0);
    if (op === "resume") session.resume(p0);
    return op === "poll" ? (await poll(amount, 0)).map(({ offset }) => Number(offset)) : [];
  }

  const retry = { kind: "retry", times: 1, backoffMs: 100, otherwise: "skip" } as const;
  test.each([
    ["halt", "halt", 0],
    ["skip", "skip", 1],
    ["retry, then skip", retry, 2],
  ] as const)("good records come once and in order (%s)", async (_, policy, saidOfEach) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 8 }),
        fc.array(step, { maxLength: 12 }),
        async (parts, steps) => {
          const log = [large];
          for (const { make, count } of parts) log.push(make(Number(log.at(-1)?.to), count));
          const damaged = parts.flatMap(({ make }, index) => (make === notGzip ? [index + 1] : []));
          const end = policy === "halt" ? damaged[0] : undefined;
          const good = log.slice(0, end).filter((_, index) => !damaged.includes(index));
          const running = await reader(log, { corruptBatchPolicy: policy });
          const { session, rejected, drain } = running;

          const delivered: number[] = [];
          for (const each of steps) delivered.push(...(await perform(running, each)));
          session.resume(p0);
          delivered.push(...(await drain()));

          expect(delivered).toEqual(good.flatMap(({ from, to }) => upTo(Number(to), Number(from))));
          expect(rejected()).toHaveLength(saidOfEach * damaged.length || Math.min(1, damaged.length));
          expect(session.buffered()).toEqual({ records: 0, bytes: 0, batches: 0 });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a poll", () => {
  test("opens only a few MiB of compressed batches at once, however many records it may have", async () => {
    const value = new Uint8Array(200_000).fill(7);
    const huge = (from: number): FakeBatch => {
      const records = [{ timestamp: 0n, key: null, value }];
      return batch(from, 1, goodBatch(BigInt(from), 0, { records, compression: "gzip" }));
    };
    const log = [large, ...Array.from({ length: 100 }, (_, index) => huge(3_000 + index))];
    const { poll, drain } = await reader(log);
    await poll(3_000);

    const records = await poll(10_000);

    expect(records.length).toBeGreaterThan(5);
    expect(records.length).toBeLessThan(20);
    expect(await drain()).toEqual(upTo(3_100, 3_000 + records.length));
  });
});
