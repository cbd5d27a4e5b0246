import { describe, expect, test } from "vitest";
import { batchLayout } from "#protocol/records/recordBatch.ts";
import { batchOf, bytesOf, changed, damageOf, goodBatch, joined } from "./support/batches.ts";

const good = goodBatch(10n, 3);
const badValue = changed(good, (view) => view.setUint8(80, view.getUint8(80) ^ 1));

function withDelta(lastOffsetDelta: number): Uint8Array {
  return changed(good, (view) => view.setInt32(batchLayout.lastOffsetDelta, lastOffsetDelta));
}

function withBase(batch: Uint8Array, baseOffset: bigint): Uint8Array {
  return changed(batch, (view) => view.setBigInt64(batchLayout.baseOffset, baseOffset));
}

const badGzip = batchOf(bytesOf("not gzip"), { recordCount: 3, lastOffsetDelta: 2, attributes: 1 });

describe("the bounds of a batch with a good checksum", () => {
  test("are trusted", () => {
    expect(damageOf(badGzip)).toMatchObject({
      baseOffset: 10n,
      lastOffset: 12n,
      nextOffset: 13n,
      boundsTrusted: true,
      boundsReason: "the checksum over them is good",
    });
  });

  test.each([
    ["ends before the position", 1n, { expectedOffset: 10n }, /before the position 10/],
    ["ends at the high watermark", 900n, { highWatermark: 20n }, /not below the high watermark 20/],
    ["has a negative base offset", -5n, {}, /negative/],
    ["ends past all offsets", 2n ** 63n - 2n, {}, /past the greatest/],
  ])("are not when it %s: the base offset is outside the checksum", (_what, base, hints, reason) => {
    const damage = damageOf(withBase(badGzip, base), 0, hints);

    expect(damage).toMatchObject({ cause: "decompression", boundsTrusted: false, nextOffset: undefined });
    expect(damage.boundsReason).toMatch(reason);
  });

  test("are not when the next batch begins inside it", () => {
    const damage = damageOf(joined(withBase(badGzip, 11n), goodBatch(13n, 1)), 0, { expectedOffset: 10n });

    expect(damage).toMatchObject({ boundsTrusted: false, boundsReason: expect.stringMatching(/13, inside/) });
  });
});

describe("the bounds of a batch with a bad checksum", () => {
  test("are what it says, and not trusted, when nothing stands behind it", () => {
    expect(damageOf(badValue)).toMatchObject({
      cause: "crc",
      baseOffset: 10n,
      lastOffset: 12n,
      nextOffset: 13n,
      boundsTrusted: false,
      boundsReason: "the checksum is bad, and no batch behind it confirms them",
    });
  });

  test("are trusted when the next batch begins where it ends, even if that one is cut", () => {
    const damage = damageOf(joined(badValue, goodBatch(13n, 2).subarray(0, 20)));

    expect(damage).toMatchObject({ nextOffset: 13n, boundsTrusted: true });
  });

  test.each([2_000_000, -7, 0])("end where an intact next batch begins, whatever it says: %i", (delta) => {
    const damage = damageOf(joined(withDelta(delta), goodBatch(13n, 2)), 0, { expectedOffset: 10n });

    expect(damage).toMatchObject({ cause: "crc", nextOffset: 13n, boundsTrusted: true });
    expect(damage.lastOffset).toBeLessThan(13n);
  });

  test.each([2_000_000, -7, 2 ** 31 - 1])("name no next offset that cannot be: %i", (delta) => {
    const damage = damageOf(withDelta(delta), 0, { expectedOffset: 10n, highWatermark: 100n });

    expect(damage).toMatchObject({ nextOffset: undefined, boundsTrusted: false });
  });

  test("do not follow a next batch that is damaged as well", () => {
    const behind = changed(goodBatch(40n, 2), (view) => view.setUint8(90, view.getUint8(90) ^ 1));

    expect(damageOf(joined(badValue, behind))).toMatchObject({ nextOffset: 13n, boundsTrusted: false });
  });

  test("do not follow a next batch that lies before the position or past the high watermark", () => {
    for (const base of [5n, 900n]) {
      const damage = damageOf(joined(badValue, goodBatch(base, 1)), 0, {
        expectedOffset: 10n,
        highWatermark: 100n,
      });

      expect(damage).toMatchObject({ nextOffset: 13n, boundsTrusted: false });
    }
  });

  test("follow what the caller knows of the next batch", () => {
    expect(damageOf(badValue, 0, { nextBatchBaseOffset: 20n })).toMatchObject({
      lastOffset: 12n,
      nextOffset: 20n,
      boundsTrusted: true,
    });
  });

  test("fall back to the position where the base offset is impossible", () => {
    const damage = damageOf(joined(withBase(badValue, -3n), goodBatch(13n, 1)), 0, { expectedOffset: 10n });

    expect(damage).toMatchObject({ baseOffset: 10n, lastOffset: 12n, nextOffset: 13n });
  });
});

describe("a damaged length", () => {
  test("hides what follows, so the reading ends there", () => {
    const damage = damageOf(
      joined(
        changed(good, (view) => view.setInt32(batchLayout.batchLength, 7)),
        goodBatch(13n, 1),
      ),
    );

    expect(damage).toMatchObject({ cause: "length", nextOffset: 13n, boundsTrusted: false });
  });
});
