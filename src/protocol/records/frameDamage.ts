import { type BoundsHints, judgeBounds } from "./batchBounds.ts";
import type { BatchDamage } from "./batchDamage.ts";
import { crc32c } from "./crc32c.ts";
import { batchLayout, lengthPrefixBytes, readBatchHeader } from "./recordBatch.ts";

/** What is known about the records beside their bytes. */
export interface ReadOptions extends BoundsHints {
  /**
   * A truncated first batch is damage: since Fetch v3 (KIP-74) brokers send at least one batch whole or nothing, so
   * asking again would give the same for ever.
   */
  readonly isFirstBatchWhole?: boolean | undefined;
}

/** What the first bytes of a frame say about it. */
export type JudgedFrame =
  | { readonly type: "batch"; readonly frameBytes: number }
  | {
      readonly type: "truncated";
      readonly availableBytes: number;
      readonly declaredBytes: number | undefined;
    }
  | { readonly type: "damaged"; readonly frameBytes: number; readonly damage: BatchDamage };

// What the smallest message of format v0 counts: Kafka's own limit for all formats.
const leastLength = 14;
const leastV2Length = batchLayout.records - lengthPrefixBytes;

/** Looks at the lengths and the format of the batch that `rest` begins with. */
export function judgeFrame(rest: Uint8Array, options: ReadOptions, isFirst: boolean): JudgedFrame {
  const availableBytes = rest.length;
  if (availableBytes < lengthPrefixBytes) {
    return { type: "truncated", availableBytes, declaredBytes: undefined };
  }
  const view = new DataView(rest.buffer, rest.byteOffset, availableBytes);
  const batchLength = view.getInt32(batchLayout.batchLength);
  const magic = availableBytes > batchLayout.magic ? view.getInt8(batchLayout.magic) : undefined;
  if (batchLength < leastLength || (magic === 2 && batchLength < leastV2Length)) {
    const message = `the batch claims ${batchLength} bytes, fewer than the smallest batch has`;
    return { type: "damaged", frameBytes: availableBytes, damage: lengthDamage(rest, message, options) };
  }
  const declaredBytes = lengthPrefixBytes + batchLength;
  if (declaredBytes > availableBytes) {
    if (!isFirst || options.isFirstBatchWhole !== true) {
      return { type: "truncated", availableBytes, declaredBytes };
    }
    const message = `the batch claims ${declaredBytes} bytes, and the response ends after ${availableBytes}`;
    return { type: "damaged", frameBytes: availableBytes, damage: lengthDamage(rest, message, options) };
  }
  if (magic === 2) return { type: "batch", frameBytes: declaredBytes };
  return { type: "damaged", frameBytes: declaredBytes, damage: magicDamage(rest, declaredBytes, options) };
}

function lengthDamage(rest: Uint8Array, message: string, hints: BoundsHints): BatchDamage {
  const isHeaderThere = rest.length >= batchLayout.records && rest[batchLayout.magic] === 2;
  const header = isHeaderThere ? readBatchHeader(rest) : undefined;
  const bounds = judgeBounds({
    ...hints,
    baseOffset: header?.baseOffset ?? firstOffset(rest),
    lastOffsetDelta: header?.lastOffsetDelta,
    // The checksum covers as many bytes as the length says.
    isCrcGood: false,
  });
  return { cause: "length", message, ...bounds, header };
}

function magicDamage(rest: Uint8Array, frameBytes: number, hints: BoundsHints): BatchDamage {
  const magic = new DataView(rest.buffer, rest.byteOffset, rest.length).getInt8(batchLayout.magic);
  const following = rest.subarray(frameBytes);
  const header = frameBytes >= batchLayout.records ? readBatchHeader(rest) : undefined;
  const crcComputed = crc32c(rest.subarray(Math.min(batchLayout.attributes, frameBytes), frameBytes));
  if (header !== undefined && header.crc === crcComputed) {
    // The magic byte is outside the checksum, and only format v2 has one at this place.
    const { baseOffset, lastOffsetDelta } = header;
    return {
      cause: "magic",
      message: `the magic byte says format ${magic}, and the checksum proves format 2: the magic byte is damaged`,
      ...judgeBounds({ ...hints, baseOffset, lastOffsetDelta, isCrcGood: true, following }),
      crcStored: header.crc,
      crcComputed,
      header,
    };
  }
  const isLegacy = magic === 0 || magic === 1;
  const message = isLegacy
    ? `the batch is in message format v${magic}, from before Kafka 0.11; only v2 can be read`
    : `the batch is in format ${magic}, which is not known; only v2 can be read`;
  // The offset of an old compressed message is that of the last message inside.
  const lastOffsetDelta = isLegacy ? 0 : undefined;
  const baseOffset = firstOffset(rest);
  return {
    cause: "magic",
    message,
    ...judgeBounds({ ...hints, baseOffset, lastOffsetDelta, isCrcGood: false, following }),
  };
}

function firstOffset(rest: Uint8Array): bigint {
  return new DataView(rest.buffer, rest.byteOffset, 8).getBigInt64(batchLayout.baseOffset);
}
