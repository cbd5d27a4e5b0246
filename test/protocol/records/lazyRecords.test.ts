import { expect, test } from "vitest";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import type { RecordFields } from "#protocol/records/lazyRecords.ts";
import { opened } from "./support/batches.ts";

test("the size of a record is what it takes in its batch: key, value, headers, and some bytes around them", () => {
  const lengths = [null, 0, 1, 63, 64, 8_191, 20_000];
  const field = (length: number | null) => (length === null ? null : new Uint8Array(length));
  const shapes = lengths.flatMap((key) =>
    lengths.flatMap((value) => [0, 300].map((header) => ({ key, value, header }))),
  );
  const records = shapes.map(({ key, value, header }) => ({
    timestamp: 0n,
    key: field(key),
    value: field(value),
    headers: header === 0 ? [] : [{ key: "trace", value: new Uint8Array(header) }],
  }));

  const decoded = opened(encodeBatch({ baseOffset: 7n, records }));

  const sizes = shapes.map((_, index) => decoded.records.sizeAt(index));
  const around = shapes.map(
    ({ key, value, header }, index) => (sizes[index] ?? 0) - (key ?? 0) - (value ?? 0) - header,
  );
  expect(Math.min(...around)).toBeGreaterThan(0);
  expect(Math.max(...around)).toBeLessThan(30);
  const sum = sizes.reduce((total, size) => total + size, 0);
  expect(decoded.uncompressedBytes - sum).toBeLessThan(10);
});

test.each([
  ["producer's", undefined],
  ["broker's", 5_000n],
] as const)(
  "records copied out of a batch with the %s timestamps are the same, in memory of their own size",
  (_, logAppendTime) => {
    const records = Array.from({ length: 40 }, (__, index) => ({
      timestamp: 1_000n + BigInt(index),
      key: index % 3 === 0 ? null : new Uint8Array(index).fill(index),
      value: index % 7 === 0 ? null : new Uint8Array(30 * index).fill(index + 1),
      headers: index % 2 === 0 ? [] : [{ key: "trace", value: Uint8Array.of(index) }],
    }));
    const whole = opened(encodeBatch({ baseOffset: 7n, logAppendTime, records })).records;

    const copies = [
      [0, 40],
      [5, 1],
      [12, 20],
      [39, 1],
    ] as const;

    for (const [from, count] of copies) {
      const copy = whole.copyOf(from, count);
      expect(copy).toHaveLength(count);
      const wanted = Array.from({ length: count }, (_, index) => fieldsOf(whole, from + index));
      expect(Array.from({ length: count }, (_, index) => fieldsOf(copy, index))).toEqual(wanted);
      const bytes = wanted.reduce((sum, { size }) => sum + size, 0);
      expect(copy.memory.byteLength).toBe(bytes);
    }
  },
);

function fieldsOf(records: RecordFields, index: number) {
  return {
    offset: records.offsetAt(index),
    timestamp: records.timestampAt(index),
    key: records.keyAt(index),
    value: records.valueAt(index),
    headers: records.headersAt(index),
    size: records.sizeAt(index),
  };
}
