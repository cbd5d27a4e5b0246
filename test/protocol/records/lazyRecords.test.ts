import { expect, test } from "vitest";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
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
