import { decodeBatch } from "#protocol/records/batchReader.ts";
import type { LogBatches } from "./logBatches.ts";
import type { StoredBatch } from "./storedBatch.ts";

/** A record found by its timestamp. */
export interface TimestampHit {
  readonly offset: bigint;
  readonly timestamp: bigint;
  readonly leaderEpoch: number;
}

/** The first record at or after a time, of those from `logStartOffset` on. */
export function findByTimestamp(
  batches: LogBatches,
  timestamp: bigint,
  logStartOffset: bigint,
): TimestampHit | undefined {
  for (const batch of batches.fromTimestamp(timestamp)) {
    const hit = firstRecord(batch, logStartOffset, (time) => time >= timestamp);
    if (hit !== undefined) return hit;
  }
  return undefined;
}

/** The record with the greatest timestamp, the first of them (KIP-734). */
export function findNewest(batches: LogBatches, logStartOffset: bigint): TimestampHit | undefined {
  let newest: StoredBatch | undefined;
  for (let place = 0, batch = batches.at(place); batch; batch = batches.at(++place)) {
    if (newest === undefined || batch.maxTimestamp > newest.maxTimestamp) newest = batch;
  }
  if (newest === undefined) return undefined;
  const { maxTimestamp } = newest;
  return firstRecord(newest, logStartOffset, (time) => time === maxTimestamp);
}

function firstRecord(
  batch: StoredBatch,
  logStartOffset: bigint,
  fits: (timestamp: bigint) => boolean,
): TimestampHit | undefined {
  const leaderEpoch = batch.header.partitionLeaderEpoch;
  const decoded = decodeBatch({ header: batch.header, bytes: batch.bytes }, { verifyCrc: false });
  if (!decoded.ok) {
    // A batch damaged on purpose has only its header to go by.
    return { offset: batch.baseOffset, timestamp: batch.maxTimestamp, leaderEpoch };
  }
  for (const { offset, timestamp } of decoded.value.records) {
    if (offset >= logStartOffset && fits(timestamp)) return { offset, timestamp, leaderEpoch };
  }
  return undefined;
}
