import { sealBatch } from "#protocol/records/batchWriter.ts";
import { attributeBits, batchLayout, codecId } from "#protocol/records/recordBatch.ts";
import type { BatchCorruption } from "./faultRule.ts";

/** Changes the bytes of a batch on its way into the log; may change them in place. */
export type BatchEdit = (stamped: Uint8Array) => Uint8Array;

/**
 * Damages a whole batch in place, so that its length, its offsets and its record count stay true: what a disk or a
 * broken producer does to a payload. Except for `crc`, the checksum is made to fit.
 */
export function corruptBatch(batch: Uint8Array, how: BatchCorruption): Uint8Array {
  const payload = batch.subarray(batchLayout.records);
  switch (how) {
    case "crc":
      flipOneBit(payload.length > 0 ? payload : batch.subarray(batchLayout.crc));
      return batch;
    case "codec":
      // Claims gzip over bytes that no longer begin as gzip does.
      setCodec(batch, codecId("gzip"));
      payload.fill(0xff, 0, Math.min(10, payload.length));
      break;
    case "recordLayout":
      // Uncompressed, and the first record's length is a varint that never ends.
      setCodec(batch, codecId("none"));
      payload.fill(0xff, 0, Math.min(10, payload.length));
      break;
  }
  sealBatch(batch);
  return batch;
}

function flipOneBit(bytes: Uint8Array): void {
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
}

function setCodec(batch: Uint8Array, codec: number): void {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length);
  const attributes = view.getInt16(batchLayout.attributes);
  view.setInt16(batchLayout.attributes, (attributes & ~attributeBits.codec) | codec);
}
