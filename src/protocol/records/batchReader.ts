import { err, ok, type Result } from "#base/result.ts";
import { type BoundsHints, judgeBounds } from "./batchBounds.ts";
import { type BatchDamage, BatchDecodeError } from "./batchDamage.ts";
import { decompress, expansionLimit } from "./compression/codec.ts";
import { CompressionError } from "./compression/compressionError.ts";
import { crc32c } from "./crc32c.ts";
import { judgeFrame, type ReadOptions } from "./frameDamage.ts";
import { LazyRecords } from "./lazyRecords.ts";
import { type BatchHeader, batchLayout, lastOffsetOf, readBatchHeader } from "./recordBatch.ts";
import { checkRecords, walkRecords } from "./recordWalk.ts";

/** A batch in its full length, of format v2, not looked into yet. */
export interface WholeBatch {
  readonly type: "batch";
  readonly header: BatchHeader;
  readonly bytes: Uint8Array;
  /** What stands behind it in the same records: evidence for its bounds should it be damaged. */
  readonly following?: Uint8Array | undefined;
}

/** The end of the records cuts a batch: brokers do that where the size limit of a fetch falls. Not damage. */
export interface TruncatedBatch {
  readonly type: "truncated";
  readonly availableBytes: number;
  /** What the whole batch takes, when that much of it is there. */
  readonly declaredBytes: number | undefined;
}

/** Bytes that are no batch of format v2. */
export interface DamagedBatch {
  readonly type: "damaged";
  readonly damage: BatchDamage;
  readonly bytes: Uint8Array;
}

/** One step of reading the records of a partition. */
export type BatchFrame = WholeBatch | TruncatedBatch | DamagedBatch;

/** A batch that passed every check. */
export interface DecodedBatch {
  readonly header: BatchHeader;
  readonly recordCount: number;
  readonly records: LazyRecords;
  /** Size of the records without the header, decompressed. */
  readonly uncompressedBytes: number;
}

/** How far to check, and what is known beside the bytes. */
export interface DecodeOptions extends BoundsHints {
  /** On by default; off only where the bytes were checked before. */
  readonly verifyCrc?: boolean | undefined;
  /** Instead of the limit that follows from the compressed size. */
  readonly maxDecompressedBytes?: number | undefined;
}

/**
 * Splits the records of a fetch into batches. Only lengths and format are looked at. Ends after a
 * truncated frame, and after a length that cannot be right, since nothing behind it can be found.
 */
export function* readBatches(records: Uint8Array, options: ReadOptions = {}): Generator<BatchFrame> {
  let expectedOffset = options.expectedOffset;
  let at = 0;
  while (at < records.length) {
    const rest = new Uint8Array(records.buffer, records.byteOffset + at, records.length - at);
    const judged = judgeFrame(rest, { ...options, expectedOffset }, at === 0);
    if (judged.type === "truncated") {
      yield judged;
      return;
    }
    const { type, frameBytes } = judged;
    const bytes = rest.subarray(0, frameBytes);
    if (type === "damaged") {
      yield { type, damage: judged.damage, bytes };
      expectedOffset = judged.damage.nextOffset ?? expectedOffset;
    } else {
      const header = readBatchHeader(bytes);
      yield { type, header, bytes, following: rest.subarray(frameBytes) };
      expectedOffset = lastOffsetOf(header) + 1n;
    }
    at += frameBytes;
  }
}

/** What can be found out about a batch without opening it: its checksum. Undefined when that is good. */
export function checkBatch(
  batch: Pick<WholeBatch, "header" | "bytes" | "following">,
  hints: BoundsHints = {},
): BatchDamage | undefined {
  try {
    checkCrc(batch.header, batch.bytes);
    return undefined;
  } catch (failure) {
    if (!BatchDecodeError.is(failure)) throw failure;
    return describeDamage(failure, batch, hints);
  }
}

/**
 * Checks a batch and opens it: checksum, codec, decompression under a limit, then every record's layout. Once it is
 * open, reading its records cannot fail.
 */
export function decodeBatch(
  batch: Pick<WholeBatch, "header" | "bytes" | "following">,
  options: DecodeOptions = {},
): Result<DecodedBatch, BatchDamage> {
  const { header } = batch;
  return opened(batch, options, (body) => {
    const records = new LazyRecords(body, walkRecords(body, header), header);
    return { header, recordCount: records.length, records, uncompressedBytes: body.length };
  });
}

/** Makes the same checks for whom no record is of interest: nothing is noted of each, which is most of the cost. */
export function findDamage(
  batch: Pick<WholeBatch, "header" | "bytes" | "following">,
): BatchDamage | undefined {
  const checked = opened(batch, {}, (body) => checkRecords(body, batch.header));
  return checked.ok ? undefined : checked.error;
}

function opened<T>(
  batch: Pick<WholeBatch, "header" | "bytes" | "following">,
  options: DecodeOptions,
  look: (body: Uint8Array) => T,
): Result<T, BatchDamage> {
  const { header, bytes } = batch;
  try {
    if (options.verifyCrc !== false) checkCrc(header, bytes);
    return ok(look(openBody(header, bytes, options)));
  } catch (failure) {
    if (!BatchDecodeError.is(failure)) throw failure;
    return err(describeDamage(failure, batch, options));
  }
}

function checkCrc(header: BatchHeader, bytes: Uint8Array): void {
  const computed = crcOf(bytes);
  if (computed === header.crc) return;
  throw new BatchDecodeError(
    "crc",
    `the batch's checksum is ${hex(header.crc)}, and its bytes give ${hex(computed)}`,
  );
}

function openBody(header: BatchHeader, bytes: Uint8Array, options: DecodeOptions): Uint8Array {
  const stored = new Uint8Array(
    bytes.buffer,
    bytes.byteOffset + batchLayout.records,
    bytes.length - batchLayout.records,
  );
  if (header.compression === undefined) {
    const id = header.attributes & 7;
    throw new BatchDecodeError(
      "codecUnknown",
      `the batch is compressed with codec ${id}, which is not known`,
    );
  }
  // Compaction leaves empty batches, and they may keep the codec of the full one.
  if (header.compression === "none" || stored.length === 0) return stored;
  const maxBytes = options.maxDecompressedBytes ?? expansionLimit(stored.length);
  try {
    const body = decompress(header.compression, stored, maxBytes);
    // Views of a plain array are cheaper than those of a Buffer.
    return new Uint8Array(body.buffer, body.byteOffset, body.length);
  } catch (failure) {
    if (!CompressionError.is(failure)) throw failure;
    const isBomb = failure.code === "expandsPastLimit";
    const message = isBomb
      ? `the batch ${failure.message}`
      : `the ${header.compression} data cannot be decompressed: ${failure.message}`;
    throw new BatchDecodeError(isBomb ? "bomb" : "decompression", message, { cause: failure });
  }
}

function describeDamage(
  failure: BatchDecodeError,
  { header, bytes, following }: Pick<WholeBatch, "header" | "bytes" | "following">,
  hints: BoundsHints,
): BatchDamage {
  const crcComputed = crcOf(bytes);
  const isCrcGood = crcComputed === header.crc;
  const { baseOffset, lastOffsetDelta } = header;
  return {
    cause: failure.code,
    message: failure.message,
    ...judgeBounds({ ...hints, baseOffset, lastOffsetDelta, isCrcGood, following }),
    crcStored: header.crc,
    crcComputed,
    header,
  };
}

function crcOf(bytes: Uint8Array): number {
  return crc32c(bytes.subarray(batchLayout.attributes));
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
