import { crc32c } from "./crc32c.ts";
import { batchLayout, greatestOffset, lengthPrefixBytes, readBatchHeader } from "./recordBatch.ts";

/** What the reader of a response knows beside the bytes of the batch itself. */
export interface BoundsHints {
  /** The position: the batch should hold it or lie behind it. */
  readonly expectedOffset?: bigint | undefined;
  readonly highWatermark?: bigint | undefined;
  /** Where the next batch of the same response begins. */
  readonly nextBatchBaseOffset?: bigint | undefined;
}

/** The offsets a damaged batch covers, and how sure that is. */
export interface BatchBounds {
  readonly baseOffset: bigint | undefined;
  readonly lastOffset: bigint | undefined;
  readonly nextOffset: bigint | undefined;
  readonly boundsTrusted: boolean;
  readonly boundsReason: string;
}

/** Everything there is to judge the bounds of a damaged batch by. */
export interface BoundsEvidence extends BoundsHints {
  readonly baseOffset: bigint;
  /** `undefined` when the format is not known, or too little of the batch is there. */
  readonly lastOffsetDelta: number | undefined;
  /** The CRC is good: it covers lastOffsetDelta, though not baseOffset. */
  readonly isCrcGood: boolean;
  /** What stands behind the batch in the same response. */
  readonly following?: Uint8Array | undefined;
}

/**
 * Bounds of a damaged batch. Its own header may be part of the damage: baseOffset is outside the CRC, and
 * lastOffsetDelta is worth nothing when the CRC is bad. So a batch that stands intact behind it decides: no record of
 * this one can be at or past its first offset.
 */
export function judgeBounds(evidence: BoundsEvidence): BatchBounds {
  const { baseOffset, lastOffsetDelta, isCrcGood } = evidence;
  const last = lastOffsetDelta === undefined ? undefined : baseOffset + BigInt(lastOffsetDelta);
  const next = nextBaseOffset(evidence, last);
  const doubt = doubtAbout(evidence, last);
  if (next !== undefined && (!isCrcGood || last === undefined)) return boundedByNext(evidence, last, next);
  const isNextInside = next !== undefined && last !== undefined && next <= last;
  const isTrusted = doubt === undefined && isCrcGood && !isNextInside;
  const lastOffset = doubt === undefined ? last : undefined;
  return {
    baseOffset: baseOffset >= 0n ? baseOffset : evidence.expectedOffset,
    lastOffset,
    nextOffset: lastOffset === undefined ? undefined : lastOffset + 1n,
    boundsTrusted: isTrusted,
    boundsReason: isTrusted
      ? "the checksum over them is good"
      : (doubt ??
        (isNextInside
          ? `the next batch of the response begins at ${next}, inside this one`
          : "the checksum is bad, and no batch behind it confirms them")),
  };
}

function boundedByNext(evidence: BoundsEvidence, last: bigint | undefined, next: bigint): BatchBounds {
  const { baseOffset, expectedOffset } = evidence;
  const isBaseSane = baseOffset >= 0n && baseOffset < next;
  const base = isBaseSane ? baseOffset : expectedOffset;
  const isLastSane = last !== undefined && last < next && last >= (base ?? 0n);
  return {
    baseOffset: base,
    lastOffset: isLastSane ? last : next - 1n,
    nextOffset: next,
    boundsTrusted: true,
    boundsReason: `the next batch of the response begins at ${next}`,
  };
}

/** Why the batch's own offsets cannot be right, if so. */
function doubtAbout(evidence: BoundsEvidence, last: bigint | undefined): string | undefined {
  const { baseOffset, lastOffsetDelta, expectedOffset, highWatermark } = evidence;
  if (baseOffset < 0n) return `the base offset ${baseOffset} is negative`;
  if (lastOffsetDelta === undefined || last === undefined) return "nothing says where the batch ends";
  if (lastOffsetDelta < 0) return `the last offset delta ${lastOffsetDelta} is negative`;
  if (last >= greatestOffset) return `the last offset ${last} is past the greatest there is`;
  if (expectedOffset !== undefined && last < expectedOffset) {
    return `the last offset ${last} is before the position ${expectedOffset}`;
  }
  if (highWatermark !== undefined && last >= highWatermark) {
    return `the last offset ${last} is not below the high watermark ${highWatermark}`;
  }
  return undefined;
}

/** Where the next batch begins, when that is sure: told by the caller, or seen intact behind this one. */
function nextBaseOffset(evidence: BoundsEvidence, last: bigint | undefined): bigint | undefined {
  const { expectedOffset, highWatermark } = evidence;
  const next = evidence.nextBatchBaseOffset ?? seenBehind(evidence.following, last);
  if (next === undefined || next <= (expectedOffset ?? -1n)) return undefined;
  if (highWatermark !== undefined && next > highWatermark) return undefined;
  return next;
}

function seenBehind(following: Uint8Array | undefined, last: bigint | undefined): bigint | undefined {
  if (following === undefined || following.length < 8) return undefined;
  const base = new DataView(following.buffer, following.byteOffset, 8).getBigInt64(0);
  // Cut or not: two 64-bit numbers that fit each other are no accident.
  if (last !== undefined && base === last + 1n) return base;
  if (following.length < batchLayout.records) return undefined;
  const next = readBatchHeader(following);
  const end = lengthPrefixBytes + next.batchLength;
  if (next.magic !== 2 || end < batchLayout.records || end > following.length) return undefined;
  return crc32c(following.subarray(batchLayout.attributes, end)) === next.crc ? base : undefined;
}
