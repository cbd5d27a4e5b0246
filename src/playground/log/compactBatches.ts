import { decodeBatch } from "#protocol/records/batchReader.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { decodeControlRecord } from "#protocol/records/controlRecord.ts";
import type { KafkaRecord } from "#protocol/records/kafkaRecord.ts";
import type { BatchHeader } from "#protocol/records/recordBatch.ts";

/** A batch that compaction looks at. */
export interface CompactableBatch {
  readonly header: BatchHeader;
  readonly bytes: Uint8Array;
}

/** How a log is compacted. */
export interface CompactionRules {
  /** Batches from here on are left alone: what is not decided, or not replicated. */
  readonly endOffset: bigint;
  readonly now: bigint;
  /** How long tombstones and markers are kept once they are all that is left (`delete.retention.ms`). */
  readonly deleteRetentionMs: bigint;
  /** The offset of the last data batch of each producer, which is kept even when it is empty: it holds the sequence. */
  lastBatchOf(producerId: bigint): bigint | undefined;
}

interface Opened {
  readonly header: BatchHeader;
  readonly records: readonly KafkaRecord[];
}

/**
 * What compaction makes of a log's batches (`log.cleaner`, KIP-534): of each key the newest record stays, at its
 * offset; aborted records go; a batch keeps its first and its last offset as long as anything of it stays. Undefined
 * stands for a batch that goes; one that stays as it is comes back itself.
 */
export function compactBatches<B extends CompactableBatch>(
  batches: readonly B[],
  rules: CompactionRules,
): readonly (B | Uint8Array | undefined)[] {
  const opened = batches.map((batch) => open(batch, rules));
  const { newest, aborted, withData } = survey(opened);
  return batches.map((batch, index) => {
    const found = opened[index];
    if (found === undefined) return batch;
    const { header, records } = found;
    if (header.isControl)
      return compactMarker(batch, found, { rules, hasData: withData.has(header.baseOffset) });
    if (aborted.has(header.baseOffset)) return emptied(batch, rules);
    const kept = records.filter((record) => isKept(record, { header, newest, rules }));
    if (kept.length === 0) return emptied(batch, rules);
    const needsHorizon = !header.hasDeleteHorizon && kept.some(({ value }) => value === null);
    if (kept.length === records.length && !needsHorizon) return batch;
    return rewritten(header, kept, horizonOf(header, needsHorizon, rules));
  });
}

/** Undefined for a batch that is left alone: beyond the end, or damaged on purpose. */
function open({ header, bytes }: CompactableBatch, { endOffset }: CompactionRules): Opened | undefined {
  if (header.baseOffset >= endOffset) return undefined;
  const decoded = decodeBatch({ header, bytes });
  return decoded.ok ? { header, records: Array.from(decoded.value.records) } : undefined;
}

/** What one reading of the log tells: which record of each key is the newest, and how its transactions ended. */
interface Survey {
  readonly newest: Map<string, bigint>;
  /** First offsets of batches that were aborted. */
  readonly aborted: Set<bigint>;
  /** Offsets of commit markers whose transaction still has records. */
  readonly withData: Set<bigint>;
}

function survey(opened: readonly (Opened | undefined)[]): Survey {
  const found: Survey = { newest: new Map(), aborted: new Set(), withData: new Set() };
  const written = new Map<bigint, Opened[]>();
  for (const batch of opened) {
    if (batch === undefined || !batch.header.isTransactional) continue;
    const { producerId } = batch.header;
    if (batch.header.isControl) {
      noteEnd(found, batch, written.get(producerId) ?? []);
      written.delete(producerId);
    } else {
      written.set(producerId, [...(written.get(producerId) ?? []), batch]);
    }
  }
  for (const batch of opened) if (batch) noteKeys(found, batch);
  return found;
}

function noteKeys({ newest, aborted }: Survey, { header, records }: Opened): void {
  if (header.isControl || aborted.has(header.baseOffset)) return;
  for (const { key, offset } of records) if (key !== null) newest.set(keyText(key), offset);
}

function noteEnd({ aborted, withData }: Survey, marker: Opened, written: readonly Opened[]): void {
  const [record] = marker.records;
  const isAbort = record !== undefined && decodeControlRecord(record).type === "abort";
  if (isAbort) for (const { header } of written) aborted.add(header.baseOffset);
  else if (written.some(({ records }) => records.length > 0)) withData.add(marker.header.baseOffset);
}

function isKept(
  { key, value, offset }: KafkaRecord,
  about: {
    readonly header: BatchHeader;
    readonly newest: ReadonlyMap<string, bigint>;
    readonly rules: CompactionRules;
  },
): boolean {
  // A record without key can only stem from before the topic was compacted, and cannot be followed by another.
  if (key === null || about.newest.get(keyText(key)) !== offset) return false;
  return value !== null || !isHorizonPassed(about.header, about.rules);
}

/** A marker goes once its transaction has no records left and readers have had time to see it. */
function compactMarker<B extends CompactableBatch>(
  batch: B,
  { header, records }: Opened,
  { rules, hasData }: { readonly rules: CompactionRules; readonly hasData: boolean },
): B | Uint8Array | undefined {
  if (hasData || records.length === 0) return batch;
  if (isHorizonPassed(header, rules)) return emptied(batch, rules);
  return header.hasDeleteHorizon ? batch : rewritten(header, records, horizonOf(header, true, rules));
}

function emptied<B extends CompactableBatch>({ header }: B, rules: CompactionRules): Uint8Array | undefined {
  const isLast = header.producerId >= 0n && rules.lastBatchOf(header.producerId) === header.baseOffset;
  return isLast ? rewritten(header, [], undefined) : undefined;
}

function rewritten(
  header: BatchHeader,
  records: readonly KafkaRecord[],
  deleteHorizonMs: bigint | undefined,
): Uint8Array {
  return encodeBatch({
    baseOffset: header.baseOffset,
    records: records.map(({ offset, timestamp, key, value, headers }) => ({
      timestamp,
      key,
      value,
      headers,
      offsetDelta: Number(offset - header.baseOffset),
    })),
    compression: records.length === 0 ? "none" : header.compression,
    partitionLeaderEpoch: header.partitionLeaderEpoch,
    lastOffsetDelta: header.lastOffsetDelta,
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    baseSequence: header.baseSequence,
    transactional: header.isTransactional,
    control: header.isControl,
    logAppendTime: header.timestampType === "logAppendTime" ? header.maxTimestamp : undefined,
    maxTimestamp: records.length === 0 ? header.maxTimestamp : undefined,
    deleteHorizonMs,
  });
}

function horizonOf(
  header: BatchHeader,
  isNew: boolean,
  { now, deleteRetentionMs }: CompactionRules,
): bigint | undefined {
  if (isNew) return now + deleteRetentionMs;
  return header.hasDeleteHorizon ? header.baseTimestamp : undefined;
}

function isHorizonPassed(header: BatchHeader, { now }: CompactionRules): boolean {
  return header.hasDeleteHorizon && header.baseTimestamp <= now;
}

function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");
}
