// Answers of which nothing is needed any more are given back at once: left to the collector, tens of megabytes of them
// pile up at full speed.

import { describe, expect, test } from "vitest";
import { randomInt, seededRandom } from "#base/random.ts";
import { AnswerMemory } from "#engine/fetch/answerMemory.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import { readFetched } from "#engine/fetch/readFetched.ts";
import { RecordBuffer } from "#engine/fetch/recordBuffer.ts";
import { batchOf, bytesOf, goodBatch, joined } from "../../protocol/records/support/batches.ts";

const key = { topic: "orders", partition: 0 };
/** Noise, so that an answer of two batches is worth giving back however they are compressed. */
const random = seededRandom(1);
const value = Uint8Array.from({ length: 40_000 }, () => randomInt(random, 256));

const batch = (offset: bigint, compression: "none" | "lz4") =>
  goodBatch(offset, 0, { compression, records: [{ timestamp: 0n, key: null, value }] });

/** All batches of an answer in the buffer, closed; whoever read the answer is done with it. */
function buffered(...batches: readonly Uint8Array[]) {
  const bytes = joined(...batches);
  const memory = new AnswerMemory(bytes.buffer);
  const buffer = new RecordBuffer(() => {});
  const fetched = { key, bytes, memory, fetchPosition: 0n, highWatermark: undefined, aborted: [] };
  const options = {
    isolation: "read_uncommitted",
    controlRecords: false,
    isToBeOpened: () => false,
  } as const;
  for (const step of readFetched({ ...fetched, ...options })) {
    if (step.type === "batch") buffer.append(key, step.batch);
  }
  memory.release();
  const take = (count: number) => {
    const records: ConsumedRecord[] = [];
    buffer.take(key, count, records);
    return records.map((record) => record.value);
  };
  return { buffer, take, isFreed: () => bytes.buffer.byteLength === 0 };
}

describe("the memory of an answer", () => {
  test("is given back when its last batch was opened, and what was delivered stays", () => {
    const { take, isFreed } = buffered(batch(0n, "lz4"), batch(1n, "lz4"));

    const first = take(1);
    const early = isFreed();
    const second = take(1);

    expect([early, isFreed()]).toEqual([false, true]);
    expect([...first, ...second]).toEqual([value, value]);
  });

  test("is given back when what is left of it is dropped", () => {
    const { buffer, take, isFreed } = buffered(batch(0n, "lz4"), batch(1n, "lz4"));
    take(1);

    buffer.drop(key, "seeked");

    expect(isFreed()).toBe(true);
  });

  test("is given back when what waits was copied out of it", () => {
    const { buffer, take, isFreed } = buffered(batch(0n, "lz4"), batch(1n, "lz4"), batch(2n, "lz4"));
    take(2);
    buffer.markWaiting();
    buffer.checkNext(key);

    buffer.copyOut(1 << 20);

    expect(isFreed()).toBe(true);
    expect(take(1)).toEqual([value]);
  });

  test("is known although partitions of it came without records", () => {
    const whole = new Uint8Array(200_000);
    const records = [new Uint8Array(0), null, whole.subarray(10, 100_000), whole.subarray(100_000)];

    AnswerMemory.of(records)?.release();

    expect(whole.buffer.byteLength).toBe(0);
  });

  test("is not known when records of it lie in several places, or there are none", () => {
    expect(AnswerMemory.of([new Uint8Array(10), new Uint8Array(10)])).toBeUndefined();
    expect(AnswerMemory.of([null, new Uint8Array(0)])).toBeUndefined();
  });

  test("is kept while records are views into it", () => {
    const { take, isFreed } = buffered(batch(0n, "lz4"), batch(1n, "none"));

    const values = take(2);

    expect(isFreed()).toBe(false);
    expect(values).toEqual([value, value]);
  });

  test("is kept as evidence when a batch of it is damaged", () => {
    const notGzip = batchOf(bytesOf("this is not gzip"), {
      baseOffset: 2n,
      recordCount: 1,
      lastOffsetDelta: 0,
      attributes: 1,
    });
    const { buffer, take, isFreed } = buffered(batch(0n, "lz4"), batch(1n, "lz4"), notGzip);

    take(3);
    buffer.dropUnreadable(key);

    expect(isFreed()).toBe(false);
  });
});
