import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BufferCounts } from "#engine/fetch/batchQueue.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import { type BufferRelease, RecordBuffer } from "#engine/fetch/recordBuffer.ts";
import { fetchedBatch } from "../support/fetchedBatch.ts";

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

  test("counts equal the records that can still be taken, after any order of operations", () => {
    const operation = fc.oneof(
      fc.record({
        op: fc.constant("append" as const),
        partition: fc.nat(2),
        count: fc.integer({ min: 1, max: 6 }),
      }),
      fc.record({
        op: fc.constant("take" as const),
        partition: fc.nat(2),
        count: fc.integer({ min: 0, max: 9 }),
      }),
      fc.record({ op: fc.constant("drop" as const), partition: fc.nat(2), count: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const releases: BufferRelease[] = [];
        const buffer = new RecordBuffer((_key, release) => {
          if (release) releases.push(release);
        });
        const expected = [0, 0, 0];
        let appendedBytes = 0;
        let offset = 0n;
        for (const { op, partition, count } of operations) {
          const key = { topic: "orders", partition };
          const before = expected[partition] ?? 0;
          if (op === "append") {
            const batch = fetchedBatch({ ...key, baseOffset: offset, count });
            offset += BigInt(count);
            appendedBytes += batch.bytes;
            buffer.append(key, batch);
            expected[partition] = before + count;
          } else if (op === "take") {
            const into: ConsumedRecord[] = [];
            buffer.take(key, count, into);
            expect(into.length).toBe(Math.min(count, before));
            expected[partition] = before - into.length;
          } else {
            expect(buffer.drop(key, "revoked").records).toBe(before);
            expected[partition] = 0;
          }
          expect(buffer.countsOf(key).records).toBe(expected[partition]);
        }
        expect(buffer.totals().records).toBe(expected.reduce((sum, records) => sum + records, 0));
        const releasedBytes = releases.reduce((sum, release) => sum + release.bytes, 0);
        expect(buffer.totals().bytes).toBe(appendedBytes - releasedBytes);
        for (const partition of [0, 1, 2]) buffer.drop({ topic: "orders", partition }, "closed");
        expect(buffer.totals()).toEqual<BufferCounts>({ records: 0, bytes: 0, batches: 0 });
      }),
    );
  });
});
