import { describe, expect, test } from "vitest";
import { ByteParts } from "#base/byteParts.ts";
import type { ReadResult } from "#playground/log/logBatches.ts";
import { LogMemory } from "#playground/log/logMemory.ts";
import { PartitionLog } from "#playground/log/partitionLog.ts";
import { SharedFrame } from "#playground/log/sharedFrame.ts";
import { decodeBatch, readBatches } from "#protocol/records/batchReader.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import type { CompressionName } from "#protocol/records/compression/codec.ts";
import { collectGarbage } from "#test/support/garbage.ts";

function batch(
  times: readonly number[],
  options: { size?: number; compression?: CompressionName } = {},
): Uint8Array {
  const value = new Uint8Array(options.size ?? 10);
  return encodeBatch({
    baseOffset: 0n,
    compression: options.compression,
    records: times.map((time) => ({ timestamp: BigInt(time), key: null, value })),
  });
}

function logWith(...batches: readonly Uint8Array[]): PartitionLog {
  const log = new PartitionLog({ topic: "orders", partition: 0 });
  for (const each of batches) log.append(each);
  return log;
}

/** What typed arrays hold, of those that are still in use. */
function arrayBufferBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

/** What objects hold, of those that are still in use. */
function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function offsetsIn(read: ReadResult | undefined): readonly bigint[] {
  return Array.from(readBatches((read?.records ?? ByteParts.none).joined())).flatMap((frame) => {
    if (frame.type !== "batch") throw new Error(`a ${frame.type} frame in the log`);
    const decoded = decodeBatch(frame);
    if (!decoded.ok) throw new Error(decoded.error.message);
    return Array.from(decoded.value.records, ({ offset }) => offset);
  });
}

test("offsets are given on append, and the bytes stay a valid batch", () => {
  const log = logWith(batch([1, 2, 3]), batch([4]), batch([5, 6], { compression: "gzip" }));

  const records = log.read(0n, { maxBytes: 1_000_000, firstAnyway: true });

  expect(offsetsIn(records)).toEqual([0n, 1n, 2n, 3n, 4n, 5n]);
  expect(log.highWatermark).toBe(6n);
  expect(log.lastStableOffset).toBe(6n);
});

test("reading long batches copies nothing: what is given are the bytes of the log", () => {
  const log = logWith(...[1, 2, 3].map((time) => batch([time], { size: 8_000 })));

  const read = log.read(0n, { maxBytes: 1_000_000, firstAnyway: true });

  expect(read?.records.pieces).toHaveLength(3);
  for (const [index, piece] of (read?.records.pieces ?? []).entries()) {
    expect(piece).toBe(log.batches[index]?.bytes);
  }
});

describe("reading", () => {
  const log = logWith(batch([1, 2, 3]), batch([4, 5, 6]), batch([7, 8, 9]));
  const size = batch([1, 2, 3]).length;

  test.each([
    ["begins with the batch that holds the offset", 4n, 1_000, true, [3n, 4n, 5n, 6n, 7n, 8n]],
    ["gives whole batches up to the limit", 0n, 2 * size, true, [0n, 1n, 2n, 3n, 4n, 5n]],
    ["gives the first batch even when it is larger", 0n, 1, true, [0n, 1n, 2n]],
    ["gives nothing when another partition had the first batch", 0n, 1, false, []],
    ["gives nothing at the end", 9n, 1_000, true, []],
  ] as const)("%s", (_what, offset, maxBytes, firstAnyway, expected) => {
    expect(offsetsIn(log.read(offset, { maxBytes, firstAnyway }))).toEqual(expected);
  });

  test.each([-1n, 10n])("outside of the log, at %s, is out of range", (offset) => {
    expect(log.read(offset, { maxBytes: 1_000, firstAnyway: true })).toBeUndefined();
  });
});

describe("finding by time", () => {
  const log = logWith(batch([100, 300]), batch([200]), batch([50, 400]));

  test.each([
    [0n, 0n, 100n],
    [100n, 0n, 100n],
    [101n, 1n, 300n],
    [301n, 4n, 400n],
  ])("the first record at or after %s is at %s", (timestamp, offset, found) => {
    expect(log.findByTimestamp(timestamp)).toMatchObject({ offset, timestamp: found });
  });

  test("nothing is found after the newest record", () => {
    expect(log.findByTimestamp(401n)).toBeUndefined();
  });

  test("the newest record is the one with the greatest time", () => {
    expect(log.findNewest()).toMatchObject({ offset: 4n, timestamp: 400n });
  });

  test("records that are no longer there are not found", () => {
    const trimmed = logWith(batch([900]), batch([10]), batch([20]));

    trimmed.dropOldest();

    expect(trimmed.findByTimestamp(500n)).toBeUndefined();
    expect(trimmed.findByTimestamp(15n)).toMatchObject({ offset: 2n });
  });
});

test("deleting records moves the start, also into the middle of a batch", () => {
  const log = logWith(batch([1, 2, 3]), batch([4, 5, 6]));

  log.deleteBefore(4n);

  expect(log.logStartOffset).toBe(4n);
  expect(log.batchCount).toBe(1);
  expect(log.read(3n, { maxBytes: 1_000, firstAnyway: true })).toBeUndefined();
  expect(offsetsIn(log.read(4n, { maxBytes: 1_000, firstAnyway: true }))).toEqual([3n, 4n, 5n]);
});

test("the end of an epoch is the end of the log while there is no later one", () => {
  const log = logWith(batch([1]));

  expect(log.endOfEpoch(0)).toEqual({ epoch: 0, endOffset: 1n });
  expect(log.endOfEpoch(1)).toBeUndefined();
});

describe("the memory of all logs", () => {
  test("is kept by giving up the oldest batches, whichever log they are in", () => {
    const first = new PartitionLog({ topic: "orders", partition: 0 });
    const second = new PartitionLog({ topic: "orders", partition: 1 });
    const memory = new LogMemory(5_000);

    const dropped = [first, second, first, second, first, second].flatMap((log) =>
      memory.appended(log, log.append(batch([1], { size: 1_000 }))),
    );

    expect(memory.usedBytes).toBeLessThanOrEqual(5_000);
    expect(dropped.map(({ log }) => log.id.partition)).toEqual([0, 1, 0]);
    expect([first.logStartOffset, second.logStartOffset]).toEqual([2n, 1n]);
    expect(memory.droppedBatches).toBe(3);
    expect(memory.usedBytes).toBe(first.heldBytes + second.heldBytes);
  });

  test("holds the newest batch even when that alone is too much", () => {
    const log = new PartitionLog({ topic: "orders", partition: 0 });
    const memory = new LogMemory(100);

    memory.appended(log, log.append(batch([1], { size: 1_000 })));
    memory.appended(log, log.append(batch([2], { size: 1_000 })));

    expect(log.batchCount).toBe(1);
    expect(log.logStartOffset).toBe(1n);
  });

  test("lets go of the bytes of a batch with the batch", async () => {
    const log = new PartitionLog({ topic: "orders", partition: 0 });
    const memory = new LogMemory(1_000_000);
    const before = arrayBufferBytes();

    for (let count = 0; count < 500; count++) {
      memory.appended(log, log.append(batch([count], { size: 100_000 })));
    }

    expect(memory.droppedBatches).toBeGreaterThan(480);
    // What was let go of is freed beside the program.
    await expect.poll(() => arrayBufferBytes() - before).toBeLessThan(10_000_000);
  });

  describe("counts a request whose batches stay in it", () => {
    const bytes = batch([1], { size: 10_000 });
    const inFrame = 30_000;

    function threeInOneFrame() {
      const memory = new LogMemory(1_000_000);
      const logs = [0, 1, 2].map((partition) => new PartitionLog({ topic: "orders", partition }));
      const frame = new SharedFrame(inFrame);
      for (const log of logs) memory.appended(log, log.append(bytes.slice(), { frame }));
      return { memory, logs };
    }

    test("once, as a whole", () => {
      const { memory } = threeInOneFrame();

      expect(memory.usedBytes).toBe(inFrame + 3 * 256);
    });

    test.each<[string, (memory: LogMemory, log: PartitionLog) => void]>([
      ["retention", (memory, log) => memory.freed(log.dropOldest())],
      ["deleted records", (memory, log) => memory.freed(log.deleteBefore(1n))],
      ["a cut", (memory, log) => memory.freed(log.truncate(0n))],
      ["the end of its log", (memory, log) => memory.removed(log)],
    ])("until its last batch is gone by %s", (_how, remove) => {
      const { memory, logs } = threeInOneFrame();

      const held = logs.map((log) => {
        remove(memory, log);
        return memory.usedBytes;
      });

      expect(held).toEqual([inFrame + 2 * 256, inFrame + 256, 0]);
    });

    test("until compaction has taken the last batch out of it", () => {
      const memory = new LogMemory(1_000_000);
      const log = new PartitionLog({ topic: "orders", partition: 0 });
      const records = ["a", "b"].map((key) => ({
        timestamp: 1n,
        key: new TextEncoder().encode(key),
        value: new Uint8Array(6_000),
      }));
      const frame = new SharedFrame(inFrame);
      for (const kept of [records, records.slice(0, 1), records.slice(1)]) {
        memory.appended(log, log.append(encodeBatch({ baseOffset: 0n, records: kept }), { frame }));
      }

      memory.freed(log.compact({ now: 2n, deleteRetentionMs: 0n }).freedBytes);

      const stillInFrame = log.batches.filter((each) => each.frame === frame).length;
      expect(stillInFrame).toBeGreaterThan(0);
      expect(memory.usedBytes).toBe(
        inFrame +
          log.heldBytes -
          log.batches.reduce((sum, each) => sum + (each.frame ? each.bytes.length : 0), 0),
      );
    });

    test("and a full memory gives up its batches until the whole is free", () => {
      const memory = new LogMemory(50_000);
      const logs = [0, 1, 2].map((partition) => new PartitionLog({ topic: "orders", partition }));

      for (let request = 0; request < 3; request++) {
        const frame = new SharedFrame(inFrame);
        for (const log of logs) memory.appended(log, log.append(bytes.slice(), { frame }));
      }

      expect(memory.usedBytes).toBe(inFrame + 3 * 256);
      expect(logs.map(({ logStartOffset }) => logStartOffset)).toEqual([2n, 2n, 2n]);
    });
  });

  test("a batch that may stay in its request is stamped there; a short or a damaged one is copied", () => {
    const log = new PartitionLog({ topic: "orders", partition: 0 });
    const long = batch([1], { size: 10_000 });
    const [forEdit, short] = [long.slice(), batch([1])];
    const before = [forEdit.slice(), short.slice()];
    const frame = new SharedFrame(30_000);
    log.append(short.slice());

    const stored = [long, forEdit, short].map((each, index) =>
      log.append(each, { frame, edit: index === 1 ? (stamped) => stamped : undefined }),
    );

    expect(stored.map(({ bytes }) => bytes.buffer)).toContain(long.buffer);
    expect(stored.map((each) => each.frame === frame)).toEqual([true, false, false]);
    expect([forEdit, short]).toEqual(before);
    expect(offsetsIn(log.read(0n, { maxBytes: 1_000_000, firstAnyway: true }))).toEqual([0n, 1n, 2n, 3n]);
  });

  test("forgets logs and records that went another way", () => {
    const kept = new PartitionLog({ topic: "orders", partition: 0 });
    const removed = new PartitionLog({ topic: "gone", partition: 0 });
    const memory = new LogMemory(1_000_000);
    for (const log of [kept, removed, kept, removed]) memory.appended(log, log.append(batch([1])));

    memory.removed(removed);
    memory.freed(kept.deleteBefore(1n));

    expect(memory.usedBytes).toBe(kept.heldBytes);
    expect(kept.batchCount).toBe(1);
  });
});

test("a batch that is held costs little beside its bytes, for the collector walks over all of them", () => {
  const log = new PartitionLog({ topic: "orders", partition: 0 });
  const memory = new LogMemory(1_000_000_000);
  const produced = batch([1_700_000_000_000], { size: 4_200 });
  const appendOwn = () => {
    const bytes = produced.slice();
    memory.appended(log, log.append(bytes, { frame: new SharedFrame(bytes.length) }));
  };
  appendOwn();
  const before = heapBytes();

  for (let count = 0; count < 10_000; count++) appendOwn();

  expect((heapBytes() - before) / 10_000).toBeLessThan(520);
  expect(log.batchCount).toBe(10_001);
});
