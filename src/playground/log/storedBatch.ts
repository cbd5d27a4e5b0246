import type { BatchHeader } from "#protocol/records/recordBatch.ts";
import type { SharedFrame } from "./sharedFrame.ts";

/** A batch as the log holds it: the bytes a consumer gets. */
export interface StoredBatch {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly maxTimestamp: bigint;
  /** The greatest timestamp of this batch and all before it. */
  readonly newestSoFar: bigint;
  readonly header: BatchHeader;
  readonly bytes: Uint8Array;
  /** The header's bytes as they came, where the batch was damaged on purpose. */
  readonly intactHeader?: Uint8Array | undefined;
  /** The request that the bytes lie in; undefined for bytes that lie alone. */
  readonly frame?: SharedFrame | undefined;
}
