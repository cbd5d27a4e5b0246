import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { BufferCounts } from "#engine/fetch/batchQueue.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import { type BufferRelease, RecordBuffer } from "#engine/fetch/recordBuffer.ts";
import { fetchedBatch, sealedBatch, unreadableBatch } from "../support/fetchedBatch.ts";

const p0 = { topic: "orders", partition: 0 };

describe("RecordBuffer", () => {
  test("records come out in order, and the position follows the last one", () => {
    const buffer = new RecordBuffer(() => {});
    buffer.append(p0, fetchedBatch({ ...p0, baseOffset: 10n, count: 3 }));
    buffer.append(p0, fetchedBatch({ ...p0, baseOffset: 13n, count: 2 }));
    const into: ConsumedRecord[] = [];

    const taken = buffer.take(p0, 4, into);

    expect(into.map((record) => record.offset)).toEqual([10n, 11n, 12n, 13n]);
    expect(taken).toMatchObject({ records: 4, position: 14n });
    expect(buffer.countsOf(p0)).toMatchObject({ records: 1, batches: 1 });
  });

  test("behind a batch that ends in a gap the position is past the gap", () => {
    const buffer = new RecordBuffer(() => {});
    buffer.append(p0, fetchedBatch({ ...p0, baseOffset: 0n, count: 2, nextOffset: 9n }));
    const extended = buffer.extend(p0, 12n, 3);
    const into: ConsumedRecord[] = [];

    const taken = buffer.take(p0, 10, into);

    expect(extended).toBe(true);
    expect(taken).toMatchObject({ records: 2, position: 12n });
  });

  test("records before the fetch position are not delivered and not counted", () => {
    const buffer = new RecordBuffer(() => {});
    buffer.append(p0, fetchedBatch({ ...p0, baseOffset: 0n, count: 5, firstIndex: 3 }));
    const counts = buffer.countsOf(p0);
    const into: ConsumedRecord[] = [];

    buffer.take(p0, 10, into);

    expect(counts.records).toBe(2);
    expect(into.map((record) => record.offset)).toEqual([3n, 4n]);
  });

  test("an empty buffer has nothing to extend", () => {
    const buffer = new RecordBuffer(() => {});

    expect(buffer.extend(p0, 5n, undefined)).toBe(false);
  });

  test("a compressed batch counts as it came, and as it is once it is open", () => {
    const buffer = new RecordBuffer(() => {});
    const sealed = sealedBatch({ ...p0, baseOffset: 0n, count: 4, valueBytes: 1_000 });
    buffer.append(p0, sealed);
    buffer.append(p0, sealedBatch({ ...p0, baseOffset: 4n, count: 2, valueBytes: 1_000 }));
    const asItCame = buffer.countsOf(p0);
    const into: ConsumedRecord[] = [];

    buffer.take(p0, 1, into);

    expect(asItCame).toMatchObject({ records: 6, batches: 2 });
    expect(asItCame.bytes).toBeLessThan(400);
    expect(buffer.countsOf(p0)).toMatchObject({ records: 5, batches: 2 });
    expect(buffer.countsOf(p0).bytes).toBeGreaterThan(4_000);
    expect(into.map(({ value }) => value?.length)).toEqual([1_000]);
  });

  test("a batch that cannot be opened stays, and ends the take before it", () => {
    const buffer = new RecordBuffer(() => {});
    buffer.append(p0, sealedBatch({ ...p0, baseOffset: 0n, count: 2 }));
    buffer.append(p0, unreadableBatch({ ...p0, baseOffset: 2n, count: 3 }));
    buffer.append(p0, sealedBatch({ ...p0, baseOffset: 5n, count: 1 }));
    const into: ConsumedRecord[] = [];

    const taken = buffer.take(p0, 10, into);

    expect(into.map(({ offset }) => offset)).toEqual([0n, 1n]);
    expect(taken).toMatchObject({ records: 2, position: 2n });
    expect(taken?.unreadable?.damage).toMatchObject({
      cause: "decompression",
      baseOffset: 2n,
      nextOffset: 5n,
    });
    expect(buffer.countsOf(p0)).toMatchObject({ records: 4, batches: 2 });
  });

  test("one take opens no more than some batches, so that its caller can look at the clock", () => {
    const buffer = new RecordBuffer(() => {});
    for (let index = 0n; index < 10n; index++)
      buffer.append(p0, sealedBatch({ ...p0, baseOffset: index, count: 1, valueBytes: 100_000 }));
    const into: ConsumedRecord[] = [];

    const taken = buffer.take(p0, 10, into);

    expect(taken).toMatchObject({ records: 3, position: 3n });
    expect(buffer.countsOf(p0).records).toBe(7);
  });

  test.each(["none", "gzip"] as const)(
    "no more than some batches are read to be dropped at once (compression: %s)",
    (compression) => {
      const buffer = new RecordBuffer(() => {});
      for (let index = 0n; index < 10n; index++) {
        const options = { ...p0, baseOffset: index, count: 1, valueBytes: 100_000 };
        buffer.append(p0, sealedBatch(options, compression));
      }

      const dropped = buffer.discardBefore(p0, 10n);

      expect(dropped).toMatchObject({ records: 3, position: 3n });
      expect(buffer.countsOf(p0).records).toBe(7);
    },
  );

  test("what waits is looked into, and of what cannot be read nothing stays, nor of what is behind it", () => {
    const releases: (BufferRelease | undefined)[] = [];
    const buffer = new RecordBuffer((_key, release) => releases.push(release));
    buffer.append(p0, sealedBatch({ ...p0, baseOffset: 0n, count: 2 }));
    buffer.append(p0, fetchedBatch({ ...p0, baseOffset: 2n, count: 2 }));
    buffer.extend(p0, 6n, 3);
    buffer.append(p0, unreadableBatch({ ...p0, baseOffset: 6n, count: 3 }));
    buffer.append(p0, sealedBatch({ ...p0, baseOffset: 9n, count: 1 }));
    const beforeItWaited = buffer.checkNext(p0);
    buffer.markWaiting();
    buffer.take(p0, 1, []);

    const looks = [buffer.checkNext(p0), buffer.checkNext(p0)];
    const end = buffer.dropUnreadable(p0);

    expect(beforeItWaited).toBeUndefined();
    expect(looks).toMatchObject([{ ok: false, error: { damage: { baseOffset: 6n } } }, { ok: false }]);
    expect(end).toMatchObject({ nextOffset: 6n, leaderEpoch: 3 });
    expect(releases.at(-1)).toMatchObject({ reason: "rejected", records: 4 });
    expect(buffer.countsOf(p0)).toMatchObject({ records: 3, batches: 2 });
    buffer.append(p0, sealedBatch({ ...p0, baseOffset: 6n, count: 5 }));
    const into: ConsumedRecord[] = [];
    buffer.take(p0, 10, into);
    expect(into.map(({ offset }) => offset)).toEqual([1n, 2n, 3n, 6n, 7n, 8n, 9n, 10n]);
    expect(buffer.totals()).toEqual({ records: 0, bytes: 0, batches: 0 });
  });

  test("records before an offset are counted inside a compressed batch, too", () => {
    const buffer = new RecordBuffer(() => {});
    buffer.append(p0, sealedBatch({ ...p0, baseOffset: 0n, count: 4 }));
    buffer.append(p0, sealedBatch({ ...p0, baseOffset: 4n, count: 4 }));

    const before = buffer.countBefore(p0, 6n);

    expect(before).toBe(6);
  });

  test("counts equal the records that can still be taken, after any order of operations", () => {
    const operation = fc.oneof(
      fc.record({
        op: fc.constantFrom("append" as const, "appendSealed" as const),
        partition: fc.nat(2),
        count: fc.integer({ min: 1, max: 6 }),
      }),
      fc.record({
        op: fc.constant("take" as const),
        partition: fc.nat(2),
        count: fc.integer({ min: 0, max: 9 }),
      }),
      fc.record({
        op: fc.constantFrom("drop" as const, "look" as const),
        partition: fc.nat(2),
        count: fc.constant(0),
      }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const releases: BufferRelease[] = [];
        const buffer = new RecordBuffer((_key, release) => {
          if (release) releases.push(release);
        });
        const expected = [0, 0, 0];
        let appendedBytes = 0;
        let openedBytes = 0;
        let offset = 0n;
        const append = (key: TopicPartition, count: number, make: typeof fetchedBatch) => {
          const batch = make({ ...key, baseOffset: offset, count, valueBytes: 40 });
          offset += BigInt(count);
          appendedBytes += batch.content.bytes;
          buffer.append(key, batch);
          return count;
        };
        const take = (key: TopicPartition, count: number, before: number) => {
          const into: ConsumedRecord[] = [];
          const heldBefore = buffer.countsOf(key).bytes;
          const taken = buffer.take(key, count, into);
          openedBytes += buffer.countsOf(key).bytes + (taken?.bytes ?? 0) - heldBefore;
          expect(into.length).toBe(Math.min(count, before));
          return -into.length;
        };
        const drop = (key: TopicPartition, before: number) => {
          expect(buffer.drop(key, "revoked").records).toBe(before);
          return -before;
        };
        const look = (key: TopicPartition) => {
          for (let checked = buffer.checkNext(key); checked; checked = buffer.checkNext(key))
            expect(checked.ok).toBe(true);
          buffer.markWaiting();
          return 0;
        };
        for (const { op, partition, count } of operations) {
          const key = { topic: "orders", partition };
          const before = expected[partition] ?? 0;
          const change = {
            append: () => append(key, count, fetchedBatch),
            appendSealed: () => append(key, count, sealedBatch),
            take: () => take(key, count, before),
            drop: () => drop(key, before),
            look: () => look(key),
          }[op]();
          expected[partition] = before + change;
          expect(buffer.countsOf(key).records).toBe(expected[partition]);
        }
        expect(buffer.totals().records).toBe(expected.reduce((sum, records) => sum + records, 0));
        const releasedBytes = releases.reduce((sum, release) => sum + release.bytes, 0);
        expect(buffer.totals().bytes).toBe(appendedBytes + openedBytes - releasedBytes);
        for (const partition of [0, 1, 2]) buffer.drop({ topic: "orders", partition }, "closed");
        expect(buffer.totals()).toEqual<BufferCounts>({ records: 0, bytes: 0, batches: 0 });
      }),
    );
  });
});
