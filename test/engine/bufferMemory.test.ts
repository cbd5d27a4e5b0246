// A batch is a view into the answer it came in: one that stays must not keep the whole of it from being freed.

import { expect, test } from "vitest";
import { collectGarbage } from "#test/support/garbage.ts";
import { goodBatch, joined } from "../protocol/records/support/batches.ts";
import { type FakeBatch, FakeLeaders } from "./support/fakeLeaders.ts";

const small = { topic: "orders", partition: 0 };
const value = new Uint8Array(500_000).fill(7);

function log(...batches: readonly (readonly [count: number, bytes: Uint8Array])[]): readonly FakeBatch[] {
  let from = 0n;
  return batches.map(([count, bytes]) => {
    const batch = { from, to: from + BigInt(count), bytes };
    from = batch.to;
    return batch;
  });
}

/** 2 MB in four batches. */
const large = log(
  ...[0n, 1n, 2n, 3n].map((offset) => {
    const records = [{ timestamp: 0n, key: null, value }];
    return [1, goodBatch(offset, 0, { records })] as const;
  }),
);

/** A consumer of a small and a large partition that came in one answer. */
async function besideLarge(records: readonly FakeBatch[]) {
  const bench = new FakeLeaders([1], [1, 1]);
  await bench.start();
  const reader = bench.session();
  reader.session.start();
  // Both are fetched together by then, and find nothing.
  await bench.clock.advance(1_000);
  bench.logs = [records, large];
  bench.script = ({ partition, fetchOffset }) => {
    const batches = fetchOffset === 0n ? (bench.logs[partition] ?? []) : [];
    return { records: joined(...batches.map(({ bytes }) => bytes)) };
  };
  await bench.clock.advance(600);
  /** Polls the large partition to its end; gives the answers its records came in, without keeping them. */
  const drainLarge = async () => {
    const answers: WeakRef<ArrayBufferLike>[] = [];
    while (answers.length < large.length) {
      answers.push(...(await reader.poll(1)).map(({ memory }) => new WeakRef(memory)));
    }
    return answers;
  };
  return { bench, ...reader, drainLarge };
}

/** Bytes of those answers that are still in memory. */
function heldOf(answers: readonly WeakRef<ArrayBufferLike>[]): number {
  collectGarbage();
  const held = new Set(answers.map((answer) => answer.deref()));
  return Array.from(held).reduce((sum, answer) => sum + (answer?.byteLength ?? 0), 0);
}

const cases = [
  ["opened when it came", log([50, goodBatch(0n, 50)])],
  ["kept closed, uncompressed", log([3_000, goodBatch(0n, 3_000)], [50, goodBatch(3_000n, 50)])],
  [
    "kept closed, compressed",
    log([3_000, goodBatch(0n, 3_000)], [500, goodBatch(3_000n, 500, { compression: "lz4" })]),
  ],
] as const;

test.each(cases)(
  "what waits lets go of the answer whose other records were consumed: %s",
  async (_, records) => {
    const { bench, session, poll, drainLarge } = await besideLarge(records);
    session.pause(small);
    const answers = await drainLarge();
    const before = session.buffered(small);

    await bench.clock.advance(2_000);

    expect(heldOf(answers)).toBe(0);
    expect(session.buffered(small)).toEqual(before);
    session.resume(small);
    const offsets: bigint[] = [];
    const end = records.at(-1)?.to ?? 0n;
    while (offsets.length < end) offsets.push(...(await poll(1_000)).map(({ offset }) => offset));
    expect(offsets).toEqual(Array.from({ length: Number(end) }, (_each, index) => BigInt(index)));
  },
);

test("a batch that was delivered in part lets go of the answer, and goes on where it was", async () => {
  const { bench, session, poll, drainLarge } = await besideLarge(log([50, goodBatch(0n, 50)]));
  const keys: string[] = [];
  const pollKeys = async (count: number) => {
    for (const { key, partition } of await poll(count))
      if (partition === 0) keys.push(`${Buffer.from(key ?? [])}`);
  };
  await pollKeys(20);
  session.pause(small);
  const answers = await drainLarge();

  await bench.clock.advance(2_000);

  expect(heldOf(answers)).toBe(0);
  session.resume(small);
  while (keys.length < 50) await pollKeys(100);
  expect(keys).toEqual(Array.from({ length: 50 }, (_, index) => `k${index}`));
});
