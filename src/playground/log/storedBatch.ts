import { type BatchHeader, readBatchHeader } from "#protocol/records/recordBatch.ts";
import type { SharedFrame } from "./sharedFrame.ts";

/** What a batch in a log is made of. */
export interface StoredBatchParts {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly maxTimestamp: bigint;
  /** The greatest timestamp of this batch and all before it. */
  readonly newestSoFar: bigint;
  readonly bytes: Uint8Array;
  /** The header's bytes as they came, where the batch was damaged on purpose. */
  readonly intactHeader?: Uint8Array | undefined;
  /** The request that the bytes lie in; undefined for bytes that lie alone. */
  readonly frame?: SharedFrame | undefined;
}

/**
 * A batch as the log holds it: the bytes a consumer gets.
 *
 * A full log holds tens of thousands of these, and the garbage collector walks over all of them each time the log has grown
 * by some 64 MiB. So it keeps only what searching needs; the rest of the header is read from the bytes when asked for.
 */
export class StoredBatch implements StoredBatchParts {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly maxTimestamp: bigint;
  readonly newestSoFar: bigint;
  readonly bytes: Uint8Array;
  readonly intactHeader: Uint8Array | undefined;
  readonly frame: SharedFrame | undefined;

  constructor(parts: StoredBatchParts) {
    this.baseOffset = parts.baseOffset;
    this.lastOffset = parts.lastOffset;
    this.maxTimestamp = parts.maxTimestamp;
    this.newestSoFar = parts.newestSoFar;
    this.bytes = parts.bytes;
    this.intactHeader = parts.intactHeader;
    this.frame = parts.frame;
  }

  /** Read anew each time. */
  get header(): BatchHeader {
    return readBatchHeader(this.intactHeader ?? this.bytes);
  }
}
