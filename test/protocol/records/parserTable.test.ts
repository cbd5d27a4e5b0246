// What a consumer at position 10 makes of each kind of records: the cases in which clients were seen to spin, to lose
// records or to deliver damage as data.

import { describe, expect, test } from "vitest";
import { decodeBatch, findDamage, readBatches } from "#protocol/records/batchReader.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { decodeControlRecord, endTransactionMarker } from "#protocol/records/controlRecord.ts";
import { attributeBits, batchLayout, lastOffsetOf } from "#protocol/records/recordBatch.ts";
import {
  batchOf,
  bytesOf,
  changed,
  goodBatch,
  joined,
  opened,
  resealed,
  wholeBatch,
} from "./support/batches.ts";

/** Delivers up to the first damage, as the policy `halt` does. */
function read(records: Uint8Array) {
  const offsets: bigint[] = [];
  let position = 10n;
  for (const frame of readBatches(records, { expectedOffset: position })) {
    if (frame.type === "truncated") return { offsets, position, end: "truncated" as const };
    if (frame.type === "damaged") return { offsets, position, damage: frame.damage };
    const decoded = decodeBatch(frame, { expectedOffset: position });
    expect(findDamage(frame)?.message).toBe(decoded.ok ? undefined : decoded.error.message);
    if (!decoded.ok) return { offsets, position, damage: decoded.error };
    const { header, records: content } = decoded.value;
    if (!header.isControl) for (const record of content) offsets.push(record.offset);
    position = lastOffsetOf(header) + 1n;
  }
  return { offsets, position, end: "all read" as const };
}

const gzipBit = 1;
const notGzip = bytesOf("this is not gzip");

function badGzip(baseOffset: bigint): Uint8Array {
  return batchOf(notGzip, { baseOffset, recordCount: 3, lastOffsetDelta: 2, attributes: gzipBit });
}

function badCrc(baseOffset: bigint): Uint8Array {
  return changed(goodBatch(baseOffset, 3), (view) => view.setUint8(80, view.getUint8(80) ^ 1));
}

function garbage(baseOffset: bigint): Uint8Array {
  return batchOf(new Uint8Array(40).fill(0x63), { baseOffset, recordCount: 3, lastOffsetDelta: 2 });
}

const twoRecords = goodBatch(10n, 2).subarray(batchLayout.records);
const marker = (type: "commit" | "abort") =>
  encodeBatch({
    baseOffset: 10n,
    records: [{ timestamp: 0n, ...endTransactionMarker(type, 5) }],
    control: true,
    transactional: true,
    producerId: 1n,
    producerEpoch: 0,
  });

const damaged = [
  { input: "bad gzip alone", records: badGzip(10n), offsets: [], cause: "decompression", next: 13n },
  {
    input: "bad gzip, then a good batch",
    records: joined(badGzip(10n), goodBatch(13n, 1)),
    offsets: [],
    cause: "decompression",
    next: 13n,
  },
  {
    input: "a good batch, bad gzip, a good batch",
    records: joined(goodBatch(10n, 1), badGzip(11n), goodBatch(14n, 1)),
    offsets: [10n],
    cause: "decompression",
    next: 14n,
  },
  { input: "a bad checksum alone", records: badCrc(10n), offsets: [], cause: "crc", next: 13n },
  {
    input: "a good batch, a bad checksum, a good batch",
    records: joined(goodBatch(10n, 1), badCrc(11n), goodBatch(14n, 1)),
    offsets: [10n],
    cause: "crc",
    next: 14n,
  },
  {
    input: "garbage for records under a good checksum",
    records: garbage(10n),
    offsets: [],
    cause: "recordLayout",
    next: 13n,
  },
  {
    input: "such garbage, then a good batch",
    records: joined(garbage(10n), goodBatch(13n, 1)),
    offsets: [],
    cause: "recordLayout",
    next: 13n,
  },
  {
    input: "three records claimed, two there",
    records: batchOf(twoRecords, { recordCount: 3, lastOffsetDelta: 2 }),
    offsets: [],
    cause: "recordCount",
    next: 13n,
  },
  {
    input: "one record claimed, two there",
    records: batchOf(twoRecords, { recordCount: 1, lastOffsetDelta: 1 }),
    offsets: [],
    cause: "recordCount",
    next: 12n,
  },
  {
    input: "no record claimed, two there",
    records: batchOf(twoRecords, { recordCount: 0, lastOffsetDelta: 1 }),
    offsets: [],
    cause: "recordCount",
    next: 12n,
  },
  {
    input: "three records claimed, no bytes",
    records: batchOf(new Uint8Array(0), { recordCount: 3, lastOffsetDelta: 2 }),
    offsets: [],
    cause: "recordCount",
    next: 13n,
  },
  {
    input: "a negative count",
    records: batchOf(twoRecords, { recordCount: -1, lastOffsetDelta: 1 }),
    offsets: [],
    cause: "recordCount",
    next: 12n,
  },
  {
    input: "an unknown codec",
    records: batchOf(twoRecords, { recordCount: 2, lastOffsetDelta: 1, attributes: 6 }),
    offsets: [],
    cause: "codecUnknown",
    next: 12n,
  },
  {
    input: "offsets out of order",
    records: encodeBatch({
      baseOffset: 10n,
      lastOffsetDelta: 5,
      records: [
        { timestamp: 0n, key: null, value: null, offsetDelta: 3 },
        { timestamp: 0n, key: null, value: null, offsetDelta: 3 },
      ],
    }),
    offsets: [],
    cause: "recordLayout",
    next: 16n,
  },
  {
    input: "a record past the last offset",
    records: goodBatch(10n, 3, { lastOffsetDelta: 1 }),
    offsets: [],
    cause: "recordLayout",
    next: 12n,
  },
  {
    input: "an unknown magic whose batch is otherwise whole",
    records: changed(goodBatch(10n, 2), (view) => view.setInt8(batchLayout.magic, 3)),
    offsets: [],
    cause: "magic",
    next: 12n,
  },
  {
    input: "an unknown format",
    records: changed(goodBatch(10n, 2), (view) => view.setInt16(batchLayout.magic, 0x03ff)),
    offsets: [],
    cause: "magic",
    next: undefined,
  },
  {
    input: "an unknown format, then a good batch",
    records: joined(
      changed(goodBatch(10n, 2), (view) => view.setInt16(batchLayout.magic, 0x03ff)),
      goodBatch(12n, 1),
    ),
    offsets: [],
    cause: "magic",
    next: 12n,
  },
  {
    input: "message format v1",
    records: changed(goodBatch(10n, 2), (view) => view.setInt16(batchLayout.magic, 0x0100)),
    offsets: [],
    cause: "magic",
    next: 11n,
  },
  {
    input: "a negative length",
    records: changed(goodBatch(10n, 2), (view) => view.setInt32(batchLayout.batchLength, -1)),
    offsets: [],
    cause: "length",
    next: 12n,
  },
  {
    input: "a length that no batch has",
    records: changed(goodBatch(10n, 2), (view) => view.setInt32(batchLayout.batchLength, 48)),
    offsets: [],
    cause: "length",
    next: 12n,
  },
] as const;

describe("a damaged batch stops the reading, and says where it may go on", () => {
  test.each(damaged)("$input", ({ records, offsets, cause, next }) => {
    const outcome = read(records);

    expect(outcome.offsets).toEqual(offsets);
    expect(outcome.position).toBe(10n + BigInt(offsets.length));
    expect(outcome.damage).toMatchObject({ cause, nextOffset: next });
    expect(outcome.damage?.message).toMatch(/\w/);
  });
});

const undamaged = [
  {
    input: "an empty batch that compaction left",
    records: goodBatch(10n, 0, { lastOffsetDelta: 5 }),
    offsets: [],
    position: 16n,
  },
  {
    input: "gaps that compaction left",
    records: encodeBatch({
      baseOffset: 10n,
      lastOffsetDelta: 9,
      records: [
        { timestamp: 0n, key: null, value: null },
        { timestamp: 0n, key: null, value: null, offsetDelta: 2 },
      ],
    }),
    offsets: [10n, 12n],
    position: 20n,
  },
  {
    input: "an empty batch that kept its codec",
    records: batchOf(new Uint8Array(0), { recordCount: 0, lastOffsetDelta: 3, attributes: gzipBit }),
    offsets: [],
    position: 14n,
  },
  { input: "a commit marker only", records: marker("commit"), offsets: [], position: 11n },
  { input: "an abort marker only", records: marker("abort"), offsets: [], position: 11n },
  { input: "nothing", records: new Uint8Array(0), offsets: [], position: 10n },
] as const;

describe("what is not damage", () => {
  test.each(undamaged)("$input", ({ records, offsets, position }) => {
    expect(read(records)).toEqual({ offsets, position, end: "all read" });
  });

  test("a tail cut at any place, behind good batches", () => {
    const good = goodBatch(10n, 2);
    const next = goodBatch(12n, 3, { compression: "lz4" });
    for (let length = 1; length < next.length; length++) {
      const outcome = read(joined(good, next.subarray(0, length)));

      expect(outcome).toEqual({ offsets: [10n, 11n], position: 12n, end: "truncated" });
    }
  });
});

describe("a truncated first batch", () => {
  const cut = goodBatch(10n, 3).subarray(0, 80);

  test("is no damage by itself, and says how much is missing", () => {
    expect([...readBatches(cut)]).toEqual([
      { type: "truncated", availableBytes: 80, declaredBytes: goodBatch(10n, 3).length },
    ]);
  });

  test("is a damaged length where the broker is known to send it whole", () => {
    const [frame] = readBatches(cut, { isFirstBatchWhole: true });

    expect(frame).toMatchObject({
      type: "damaged",
      damage: { cause: "length", baseOffset: 10n, nextOffset: 13n, boundsTrusted: false },
    });
  });
});

describe("messages for people", () => {
  test.each([
    [badCrc(10n), /^the batch's checksum is 0x[0-9a-f]{8}, and its bytes give 0x[0-9a-f]{8}$/],
    [badGzip(10n), /^the gzip data cannot be decompressed: incorrect header check$/],
    [
      resealed(goodBatch(10n, 1), (view) => view.setInt16(batchLayout.attributes, 7)),
      /^the batch is compressed with codec 7, which is not known$/,
    ],
    [batchOf(twoRecords, { recordCount: 3, lastOffsetDelta: 2 }), /^the batch claims 3 records and holds 2$/],
    [
      batchOf(twoRecords, { recordCount: 2 ** 31 - 1, lastOffsetDelta: 2 }),
      /^the batch claims 2147483647 records, and \d+ bytes cannot hold them$/,
    ],
    [
      changed(goodBatch(10n, 2), (view) => view.setInt16(batchLayout.magic, 0x0100)),
      /^the batch is in message format v1, from before Kafka 0\.11; only v2 can be read$/,
    ],
  ])("%#", (records, message) => {
    expect(read(records).damage?.message).toMatch(message);
  });
});

describe("control batches", () => {
  test.each(["commit", "abort"] as const)("say how the transaction ended: %s", (type) => {
    const { header, records } = opened(marker(type));

    expect(header).toMatchObject({ isControl: true, isTransactional: true, producerId: 1n });
    expect(Array.from(records, decodeControlRecord)).toEqual([{ type, version: 0, coordinatorEpoch: 5 }]);
  });

  test.each([
    [null, { type: "unknown", version: undefined, typeId: undefined }],
    [Uint8Array.of(0, 0, 0), { type: "unknown", version: undefined, typeId: undefined }],
    [Uint8Array.of(0, 0, 0, 9), { type: "unknown", version: 0, typeId: 9 }],
    [Uint8Array.of(0, 1, 0, 2), { type: "leaderChange", version: 1 }],
    [Uint8Array.of(0, 0, 0, 1), { type: "commit", version: 0, coordinatorEpoch: undefined }],
  ])("of kinds and lengths that are not known are passed over: %#", (key, expected) => {
    expect(decodeControlRecord({ key, value: null })).toEqual(expected);
  });
});

test("the broker's time replaces that of every record", () => {
  const batch = wholeBatch(goodBatch(10n, 2, { logAppendTime: 77n }));

  const records = [...opened(batch.bytes).records];

  expect(batch.header.attributes & attributeBits.logAppendTime).not.toBe(0);
  expect(records.map(({ timestamp }) => timestamp)).toEqual([77n, 77n]);
});
