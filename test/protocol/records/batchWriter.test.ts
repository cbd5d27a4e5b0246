import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BatchInput, encodeBatch, stampBatch } from "#protocol/records/batchWriter.ts";
import { batchLayout } from "#protocol/records/recordBatch.ts";
import { damageOf, goodBatch, opened, resealed, wholeBatch } from "./support/batches.ts";
import { codecs } from "./support/fixtures.ts";

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }));
const int64 = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
const record = fc.record({
  timestamp: fc.oneof(fc.bigInt({ min: 0n, max: 1n << 42n }), int64),
  key: bytes,
  value: bytes,
  headers: fc.array(fc.record({ key: fc.string({ unit: "grapheme" }), value: bytes }), { maxLength: 4 }),
});
const batch: fc.Arbitrary<BatchInput> = fc.record({
  baseOffset: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  records: fc.array(record, { maxLength: 20 }),
  compression: fc.constantFrom(...codecs),
  partitionLeaderEpoch: fc.integer(),
  producerId: int64,
  producerEpoch: fc.integer({ min: -32_768, max: 32_767 }),
  baseSequence: fc.integer(),
  transactional: fc.boolean(),
  control: fc.boolean(),
});

describe("a batch that we write", () => {
  test("reads back the same, with every codec", () => {
    fc.assert(
      fc.property(batch, (input) => {
        const { header, records } = opened(encodeBatch(input));

        expect(header).toMatchObject({
          baseOffset: input.baseOffset,
          compression: input.compression,
          partitionLeaderEpoch: input.partitionLeaderEpoch,
          producerId: input.producerId,
          producerEpoch: input.producerEpoch,
          baseSequence: input.baseSequence,
          isTransactional: input.transactional,
          isControl: input.control,
          recordCount: input.records.length,
        });
        expect(
          Array.from(records, ({ offset, timestamp, key, value, headers }) => ({
            offset,
            timestamp,
            key,
            value,
            headers,
          })),
        ).toEqual(
          input.records.map((each, index) => ({ offset: input.baseOffset + BigInt(index), ...each })),
        );
      }),
      { numRuns: 200 },
    );
  });

  test("says its first and its newest timestamp", () => {
    const { header } = opened(
      encodeBatch({
        baseOffset: 0n,
        records: [30n, 50n, 20n].map((timestamp) => ({ timestamp, key: null, value: null })),
      }),
    );

    expect(header).toMatchObject({ baseTimestamp: 30n, maxTimestamp: 50n, timestampType: "createTime" });
  });
});

describe("the records of a batch", () => {
  const { records } = opened(goodBatch(100n, 5));

  test("are had by index", () => {
    expect([0, 4, 5, -1].map((index) => records.at(index)?.offset)).toEqual([
      100n,
      104n,
      undefined,
      undefined,
    ]);
    expect(records.length).toBe(5);
  });

  test.each([
    [0n, 0],
    [100n, 0],
    [103n, 3],
    [104n, 4],
    [105n, 5],
  ])("are found by offset: %s", (offset, index) => {
    expect(records.indexOfOffset(offset)).toBe(index);
  });

  test("can be walked twice", () => {
    expect([...records].length + [...records].length).toBe(10);
  });
});

describe("a broker's stamp", () => {
  test("gives the offset and the leader epoch, which the checksum does not cover", () => {
    const produced = goodBatch(0n, 3);

    const stamped = stampBatch(produced, { baseOffset: 70n, partitionLeaderEpoch: 4 });

    const { header, records } = opened(stamped);
    expect(header).toMatchObject({
      baseOffset: 70n,
      partitionLeaderEpoch: 4,
      crc: wholeBatch(produced).header.crc,
    });
    expect(records.at(2)?.offset).toBe(72n);
    expect(wholeBatch(produced).header.baseOffset).toBe(0n);
  });

  test("gives the broker's time, and a checksum over it", () => {
    const stamped = stampBatch(goodBatch(0n, 2), {
      baseOffset: 70n,
      partitionLeaderEpoch: 4,
      logAppendTime: 99n,
    });

    const { header, records } = opened(stamped);
    expect(header).toMatchObject({ timestampType: "logAppendTime", maxTimestamp: 99n });
    expect(records.at(1)?.timestamp).toBe(99n);
  });
});

describe("a flipped bit", () => {
  test("is found wherever the checksum reaches", () => {
    const good = goodBatch(10n, 20, { compression: "gzip" });
    for (let bit = 8 * batchLayout.crc; bit < 8 * good.length; bit++) {
      const flipped = good.slice();
      flipped[bit >>> 3] = (flipped[bit >>> 3] ?? 0) ^ (1 << (bit & 7));

      expect(damageOf(flipped).cause, `bit ${bit}`).toBe("crc");
    }
  });

  test("is not looked for where the caller has checked before", () => {
    const flipped = goodBatch(10n, 20);
    flipped[batchLayout.maxTimestamp] = 1;

    expect(opened(flipped, 0, { verifyCrc: false }).recordCount).toBe(20);
  });

  test("that a broker sealed never gives other than records or damage", () => {
    for (const compression of codecs) {
      const good = goodBatch(10n, 20, { compression });
      for (let bit = 8 * batchLayout.records; bit < 8 * good.length; bit += 3) {
        const sealed = resealed(good, (view) =>
          view.setUint8(bit >>> 3, view.getUint8(bit >>> 3) ^ (1 << (bit & 7))),
        );

        let cause: string;
        try {
          const { records } = opened(sealed);
          cause = records.length === 20 ? "none" : "too few";
        } catch {
          cause = damageOf(sealed).cause;
        }
        expect(["none", "decompression", "recordCount", "recordLayout", "bomb"]).toContain(cause);
      }
    }
  });
});
