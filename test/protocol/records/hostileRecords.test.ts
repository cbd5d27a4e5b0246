import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Random, randomInt, seededRandom } from "#base/random.ts";
import type { DamageCause } from "#protocol/records/batchDamage.ts";
import { type DecodedBatch, decodeBatch, findDamage, readBatches } from "#protocol/records/batchReader.ts";
import { sealBatch } from "#protocol/records/batchWriter.ts";
import { compress, expansionLimit } from "#protocol/records/compression/codec.ts";
import { xxhash32 } from "#protocol/records/compression/xxhash32.ts";
import { storeAsZstd } from "#protocol/records/compression/zstdStore.ts";
import { codecId } from "#protocol/records/recordBatch.ts";
import { batchOf, damageOf, goodBatch, joined } from "./support/batches.ts";
import { codecs } from "./support/fixtures.ts";

const mebibyte = 1024 * 1024;

/** Reads everything there is to read; whatever is wrong must come out as a value. */
function readAll(bytes: Uint8Array): { readonly records: number; readonly causes: readonly DamageCause[] } {
  let records = 0;
  const causes: DamageCause[] = [];
  for (const frame of readBatches(bytes, { expectedOffset: 10n, highWatermark: 1000n })) {
    if (frame.type === "damaged") causes.push(frame.damage.cause);
    if (frame.type !== "batch") continue;
    const decoded = decodeBatch(frame, { expectedOffset: 10n });
    if (decoded.ok) records += touch(decoded.value);
    else causes.push(decoded.error.cause);
    // Who is not interested in records is told the same.
    expect(findDamage(frame)?.message).toBe(decoded.ok ? undefined : decoded.error.message);
  }
  return { records, causes };
}

/** Reads every field of every record; none may fail, or be longer than the records it is in. */
function touch({ records, uncompressedBytes }: DecodedBatch): number {
  for (const { offset, timestamp, key, value, headers } of records) {
    const headerBytes = headers.reduce((sum, header) => sum + (header.value?.length ?? 0), 0);
    const fieldBytes = (key?.length ?? 0) + (value?.length ?? 0) + headerBytes;
    if (fieldBytes > uncompressedBytes) throw new Error(`the record at ${offset}, ${timestamp} is too long`);
  }
  return records.length;
}

/** Up to six bytes changed, sometimes the end cut off, and every checksum made good again. */
function mutate(original: Uint8Array, random: Random): Uint8Array {
  const length = randomInt(random, 7) === 0 ? 1 + randomInt(random, original.length - 1) : original.length;
  const mutated = original.slice(0, length);
  for (let change = randomInt(random, 6); change >= 0; change--) {
    mutated[randomInt(random, length)] = randomInt(random, 256);
  }
  for (const frame of readBatches(mutated)) if (frame.type === "batch") sealBatch(frame.bytes);
  return mutated;
}

test("a null key and value are null, in however many bytes their length is written", () => {
  const [first, more, last] = [0x81, 0x80, 0];
  const inTwo = [first, last];
  const inThree = [first, more, last];
  const content = [0, 0, 0, ...inTwo, ...inThree, 0];
  const batch = batchOf(Uint8Array.of(content.length * 2, ...content), {
    recordCount: 1,
    lastOffsetDelta: 0,
  });

  const [frame] = readBatches(batch);
  const decoded = frame?.type === "batch" ? decodeBatch(frame) : undefined;

  const record = decoded?.ok ? decoded.value.records.at(0) : undefined;
  expect([record?.key, record?.value]).toEqual([null, null]);
});

describe("random damage", () => {
  const random = seededRandom(20_260_101);

  test("of 20,000 kinds, sealed under a good checksum, is never thrown and never runs away", {
    timeout: 60_000,
  }, () => {
    const originals = codecs.map((compression) =>
      joined(goodBatch(10n, 12, { compression }), goodBatch(22n, 3, { compression })),
    );
    const seen = new Set<string>();
    for (let round = 0; round < 20_000; round++) {
      const original = originals[round % originals.length] ?? new Uint8Array(1);

      for (const cause of readAll(mutate(original, random)).causes) seen.add(cause);
    }
    expect([...seen].sort()).toEqual(
      expect.arrayContaining([
        "codecUnknown",
        "decompression",
        "length",
        "magic",
        "recordCount",
        "recordLayout",
      ]),
    );
  });

  test("of bytes that are no batch at all is never thrown", () => {
    for (let round = 0; round < 3000; round++) {
      const noise = random.bytes(randomInt(random, 300));

      expect(() => readAll(noise)).not.toThrow();
    }
  });

  test("of record bodies, with every count and codec, is never thrown", () => {
    for (let round = 0; round < 6000; round++) {
      const body = random.bytes(randomInt(random, 80));
      const batch = batchOf(body, {
        recordCount: randomInt(random, 6),
        lastOffsetDelta: randomInt(random, 9),
        attributes: randomInt(random, 8),
      });

      expect(() => readAll(batch)).not.toThrow();
    }
  });
});

describe("hostile numbers in a record", () => {
  const varint = (value: number): readonly number[] => {
    let raw = ((value << 1) ^ (value >> 31)) >>> 0;
    const bytes: number[] = [];
    for (; raw >= 0x80; raw >>>= 7) bytes.push((raw & 0x7f) | 0x80);
    return [...bytes, raw];
  };
  const record = (content: readonly number[]) => [...varint(content.length), ...content];
  const max = 2 ** 31 - 1;
  const min = -(2 ** 31);

  test.each([
    ["a record length past the body", [...varint(max), 0, 0, 0, 1, 1, 0]],
    ["a negative record length", [...varint(-1), 0, 0, 0, 1, 1, 0]],
    ["the least record length", [...varint(min), 0, 0, 0, 1, 1, 0]],
    ["a number without end", new Array(20).fill(0xff)],
    ["a timestamp without end", record([0, ...new Array(12).fill(0x80), 0, 1, 1, 0])],
    ["a key past the record", record([0, 0, 0, ...varint(max), 1, 0])],
    ["a key of -2", record([0, 0, 0, ...varint(-2), 1, 0])],
    ["a value past the record", record([0, 0, 0, 1, ...varint(max), 0])],
    ["a value of the least length", record([0, 0, 0, 1, ...varint(min), 0])],
    ["more headers than bytes", record([0, 0, 0, 1, 1, ...varint(max)])],
    ["a negative header count", record([0, 0, 0, 1, 1, ...varint(-1)])],
    ["a header with a null key", record([0, 0, 0, 1, 1, ...varint(1), 1, 1])],
    ["a header key past the record", record([0, 0, 0, 1, 1, ...varint(1), ...varint(max), 1])],
    ["a header value past the record", record([0, 0, 0, 1, 1, ...varint(1), 0, ...varint(max)])],
    ["bytes left in the record", record([0, 0, 0, 1, 1, 0, 0])],
    ["fields past the record's end", [...varint(6), 0, 0, 0, 1, ...varint(1), 65, 0]],
    ["a negative offset delta", record([0, 0, ...varint(-1), 1, 1, 0])],
    ["an offset delta past the batch", record([0, 0, ...varint(max), 1, 1, 0])],
  ])("%s is damage of the layout", (_what, body) => {
    const batch = batchOf(Uint8Array.from(body), { recordCount: 1, lastOffsetDelta: 0 });

    expect(damageOf(batch).cause).toBe("recordLayout");
  });

  test("a long form of a small number is read as what it is", () => {
    // Every number of the record in five bytes, which the format allows.
    const long = (raw: number) => [raw | 0x80, 0x80, 0x80, 0x80, 0];
    const content = [0, ...long(4), ...long(0), ...long(1), ...long(2), 65, ...long(0)];
    const batch = batchOf(Uint8Array.from([...long(content.length * 2), ...content]), {
      recordCount: 1,
      lastOffsetDelta: 0,
    });

    expect(readAll(batch)).toEqual({ records: 1, causes: [] });
  });
});

describe("bombs", () => {
  const zeros = new Uint8Array(80 * mebibyte);

  test.each(["gzip", "snappy", "lz4", "zstd"] as const)(
    "%s past 64 MiB is named as such, and costs no more",
    (codec) => {
      // Without a native Zstandard there is no cheap way to make one here; a run-length block repeats instead.
      const stored =
        codec === "zstd" && zlib.zstdCompressSync === undefined ? zstdRuns(640) : compress(codec, zeros);
      const batch = batchOf(stored, { recordCount: 1, lastOffsetDelta: 0, attributes: codecId(codec) });
      const before = process.memoryUsage();

      const damage = damageOf(batch);

      const after = process.memoryUsage();
      const limit = expansionLimit(stored.length);
      expect(damage).toMatchObject({
        cause: "bomb",
        message: `the batch expands past ${Math.floor(limit / mebibyte)} MiB`,
        boundsTrusted: true,
        nextOffset: 11n,
      });
      expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(130 * mebibyte);
    },
  );

  test("the limit is the caller's to set", () => {
    const batch = goodBatch(10n, 200, { compression: "lz4" });

    expect(damageOf(batch, 0, { maxDecompressedBytes: 1000 })).toMatchObject({
      cause: "bomb",
      message: "the batch expands past 1000 bytes",
    });
  });

  test.each([
    [100, mebibyte],
    [10_000, 10_000_000],
    [50 * mebibyte, 64 * mebibyte],
  ])("%i compressed bytes may become %i", (compressed, limit) => {
    expect(expansionLimit(compressed)).toBe(limit);
  });
});

describe("claims before content", () => {
  test.each([
    ["a raw Snappy length of 4 GiB", "snappy", [0xff, 0xff, 0xff, 0xff, 0x0f, 0]],
    ["a Zstandard content size of 1 TiB", "zstd", zstdOfClaimedSize(2n ** 40n)],
    ["a Zstandard content size of 2^63", "zstd", zstdOfClaimedSize(2n ** 63n)],
    ["an LZ4 content size of 1 TiB", "lz4", lz4OfClaimedSize()],
  ] as const)("%s allocates nothing", (_what, codec, stored) => {
    const batch = batchOf(Uint8Array.from(stored), {
      recordCount: 1,
      lastOffsetDelta: 0,
      attributes: codecId(codec),
    });
    const before = process.memoryUsage().arrayBuffers;

    const damage = damageOf(batch);

    expect(["bomb", "decompression"]).toContain(damage.cause);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * mebibyte);
  });

  test("20,000 empty batches take no time to speak of", () => {
    const empty = goodBatch(10n, 0);
    const many = new Uint8Array(empty.length * 20_000);
    for (let at = 0; at < many.length; at += empty.length) many.set(empty, at);

    expect(readAll(many)).toEqual({ records: 0, causes: [] });
  });
});

/** A frame of `count` run-length blocks of 128 KiB. */
function zstdRuns(count: number): Uint8Array {
  const frame = new Uint8Array(6 + 4 * count);
  const view = new DataView(frame.buffer);
  view.setUint32(0, 0xfd2f_b528, true);
  view.setUint8(5, 7 << 3);
  for (let block = 0; block < count; block++) {
    view.setUint32(6 + 4 * block, (131_072 << 3) | (1 << 1) | (block === count - 1 ? 1 : 0), true);
  }
  return frame;
}

function zstdOfClaimedSize(size: bigint): readonly number[] {
  const frame = storeAsZstd(new Uint8Array(10));
  new DataView(frame.buffer).setBigUint64(5, size, true);
  return [...frame];
}

function lz4OfClaimedSize(): readonly number[] {
  const descriptor = [0x68, 0x40, 0, 0, 0, 0, 0, 1, 0, 0];
  const checksum = (xxhash32(Uint8Array.from(descriptor)) >>> 8) & 0xff;
  return [0x04, 0x22, 0x4d, 0x18, ...descriptor, checksum, 0, 0, 0, 0];
}
