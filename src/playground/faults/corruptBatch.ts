import { sealBatch } from "#protocol/records/batchWriter.ts";
import { compress } from "#protocol/records/compression/codec.ts";
import { attributeBits, batchLayout, codecId, lengthPrefixBytes } from "#protocol/records/recordBatch.ts";

/** Every way in which a batch can be damaged, with what it is called. */
export const batchCorruptions = {
  crc: "checksum",
  codec: "compressed payload",
  codecUnknown: "codec that does not exist",
  recordLayout: "record layout",
  recordCount: "record count",
  lastOffsetDelta: "last offset delta",
  length: "length",
  magic: "magic",
  truncatedTail: "truncated tail",
  bomb: "compression bomb",
} as const;

/** How a produced batch is damaged in the log. */
export type BatchCorruption = keyof typeof batchCorruptions;

/** What is stored in place of the batch, in a sentence. */
export const corruptionDescriptions: Readonly<Record<BatchCorruption, string>> = {
  crc: "One bit flips on the way to the disk, so the checksum is wrong.",
  codec: "The batch claims to be gzip, and its bytes are not.",
  codecUnknown: "The batch claims a compression that nobody knows.",
  recordLayout: "The checksum is right, but the first record's length is nonsense.",
  recordCount: "The batch claims one record more than it has.",
  lastOffsetDelta: "The records go further than the batch says it does.",
  length: "The batch claims to be too short to be one: nothing behind it can be found.",
  magic: "The batch claims a format (magic 9) that does not exist.",
  truncatedTail: "The second half of the records is missing.",
  bomb: "A few dozen KiB that decompress to 80 MiB.",
};

/** Changes the bytes of a batch on its way into the log; may change them in place. */
export type BatchEdit = (stamped: Uint8Array) => Uint8Array;

const mebibyte = 1024 * 1024;
/** More than any reader expands a payload of this size to. */
const bombMebibytes = 80;

/**
 * Damages a whole batch, as a disk or a broken producer does. Except for `length` and `truncatedTail` its length stays
 * true, except for `lastOffsetDelta` its offsets do; except for `crc` and what is not covered by it, the checksum is
 * made to fit.
 */
export function corruptBatch(batch: Uint8Array, how: BatchCorruption): Uint8Array {
  const payload = batch.subarray(batchLayout.records);
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length);
  switch (how) {
    case "crc":
      flipOneBit(payload.length > 0 ? payload : batch.subarray(batchLayout.crc));
      return batch;
    case "magic":
      view.setInt8(batchLayout.magic, 9);
      return batch;
    case "length":
      // Shorter than a batch can be: nothing behind it can be found.
      view.setInt32(batchLayout.batchLength, 7);
      return batch;
    case "truncatedTail":
      return batch.slice(0, batchLayout.records + Math.floor(payload.length / 2));
    case "codec":
      // Claims gzip over bytes that no longer begin as gzip does.
      setCodec(view, codecId("gzip"));
      payload.fill(0xff, 0, Math.min(10, payload.length));
      break;
    case "codecUnknown":
      setCodec(view, 7);
      break;
    case "recordLayout":
      // Uncompressed, and the first record's length is a varint that never ends.
      setCodec(view, codecId("none"));
      payload.fill(0xff, 0, Math.min(10, payload.length));
      break;
    case "recordCount":
      view.setInt32(batchLayout.recordCount, view.getInt32(batchLayout.recordCount) + 1);
      break;
    case "lastOffsetDelta":
      // The records go further than the batch says it does.
      view.setInt32(batchLayout.lastOffsetDelta, -1);
      break;
    case "bomb":
      return withPayload(batch, bombPayload());
  }
  sealBatch(batch);
  return batch;
}

/** A few dozen kibibytes of gzip that expand a thousandfold. */
function bombPayload(): Uint8Array {
  const member = compress("gzip", new Uint8Array(mebibyte));
  const payload = new Uint8Array(member.length * bombMebibytes);
  for (let index = 0; index < bombMebibytes; index++) payload.set(member, index * member.length);
  return payload;
}

function withPayload(batch: Uint8Array, payload: Uint8Array): Uint8Array {
  const changed = new Uint8Array(batchLayout.records + payload.length);
  changed.set(batch.subarray(0, batchLayout.records));
  changed.set(payload, batchLayout.records);
  const view = new DataView(changed.buffer);
  view.setInt32(batchLayout.batchLength, changed.length - lengthPrefixBytes);
  setCodec(view, codecId("gzip"));
  sealBatch(changed);
  return changed;
}

function flipOneBit(bytes: Uint8Array): void {
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
}

function setCodec(view: DataView, codec: number): void {
  const attributes = view.getInt16(batchLayout.attributes);
  view.setInt16(batchLayout.attributes, (attributes & ~attributeBits.codec) | codec);
}
