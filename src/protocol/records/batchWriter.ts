import { Buffer } from "node:buffer";
import { type CompressionName, compress } from "./compression/codec.ts";
import { crc32c } from "./crc32c.ts";
import type { RecordHeader } from "./kafkaRecord.ts";
import { attributeBits, batchLayout, codecId, lengthPrefixBytes } from "./recordBatch.ts";
import { recordBytes, VarintWriter, writeRecord } from "./recordWriter.ts";

/** A record to be written. */
export interface RecordInput {
  readonly timestamp: bigint;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: readonly RecordHeader[] | undefined;
  /** Its place in the batch; gaps are what compaction leaves. By default one after the record before. */
  readonly offsetDelta?: number | undefined;
}

/** A batch to be written. */
export interface BatchInput {
  readonly baseOffset: bigint;
  readonly records: readonly RecordInput[];
  readonly compression?: CompressionName | undefined;
  readonly partitionLeaderEpoch?: number | undefined;
  /** By default the last record's; compaction keeps it when it takes that record away. */
  readonly lastOffsetDelta?: number | undefined;
  /** Replaces the timestamps of all records, as a topic with LogAppendTime does. */
  readonly logAppendTime?: bigint | undefined;
  readonly producerId?: bigint | undefined;
  readonly producerEpoch?: number | undefined;
  readonly baseSequence?: number | undefined;
  readonly transactional?: boolean | undefined;
  readonly control?: boolean | undefined;
  /** The time after which compaction takes tombstones and markers away (KIP-534). */
  readonly deleteHorizonMs?: bigint | undefined;
  /** Of a batch that compaction emptied. */
  readonly maxTimestamp?: bigint | undefined;
}

/** Writes a record batch of format v2, checksum included. */
export function encodeBatch(input: BatchInput): Uint8Array {
  const { records } = input;
  const compression = input.compression ?? "none";
  const deltas = offsetDeltas(records);
  const baseTimestamp = input.deleteHorizonMs ?? records[0]?.timestamp ?? -1n;
  const maxTimestamp = input.logAppendTime ?? input.maxTimestamp ?? newestTimestamp(records);
  const body = encodeBody(records, deltas, baseTimestamp);
  const stored = records.length === 0 ? body : compress(compression, body);

  const batch = new Uint8Array(batchLayout.records + stored.length);
  const view = new DataView(batch.buffer);
  view.setBigInt64(batchLayout.baseOffset, input.baseOffset);
  view.setInt32(batchLayout.batchLength, batch.length - lengthPrefixBytes);
  view.setInt32(batchLayout.partitionLeaderEpoch, input.partitionLeaderEpoch ?? -1);
  view.setInt8(batchLayout.magic, 2);
  view.setInt16(batchLayout.attributes, attributesOf(input, compression));
  view.setInt32(batchLayout.lastOffsetDelta, input.lastOffsetDelta ?? deltas.at(-1) ?? 0);
  view.setBigInt64(batchLayout.baseTimestamp, baseTimestamp);
  view.setBigInt64(batchLayout.maxTimestamp, maxTimestamp);
  view.setBigInt64(batchLayout.producerId, input.producerId ?? -1n);
  view.setInt16(batchLayout.producerEpoch, input.producerEpoch ?? -1);
  view.setInt32(batchLayout.baseSequence, input.baseSequence ?? -1);
  view.setInt32(batchLayout.recordCount, records.length);
  batch.set(stored, batchLayout.records);
  sealBatch(batch);
  return batch;
}

/** Computes the checksum of a batch anew, in place: for who has changed what it covers. */
export function sealBatch(batch: Uint8Array): void {
  const crc = crc32c(batch.subarray(batchLayout.attributes));
  new DataView(batch.buffer, batch.byteOffset, batch.length).setUint32(batchLayout.crc, crc);
}

/** What a broker writes into a batch it appends. */
export interface BrokerStamp {
  readonly baseOffset: bigint;
  readonly partitionLeaderEpoch: number;
  /** For a topic with LogAppendTime. */
  readonly logAppendTime?: bigint | undefined;
}

/** A copy of a produced batch as the broker's log holds it. Only LogAppendTime touches what the checksum covers. */
export function stampBatch(batch: Uint8Array, stamp: BrokerStamp): Uint8Array {
  // Not zeroed first, as all of it is copied over.
  const stamped = new Uint8Array(Buffer.allocUnsafeSlow(batch.length).buffer);
  stamped.set(batch);
  stampInPlace(stamped, stamp);
  return stamped;
}

/** The same without a copy, for bytes that are nobody else's. */
export function stampInPlace(batch: Uint8Array, stamp: BrokerStamp): void {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length);
  view.setBigInt64(batchLayout.baseOffset, stamp.baseOffset);
  view.setInt32(batchLayout.partitionLeaderEpoch, stamp.partitionLeaderEpoch);
  if (stamp.logAppendTime !== undefined) {
    view.setInt16(
      batchLayout.attributes,
      view.getInt16(batchLayout.attributes) | attributeBits.logAppendTime,
    );
    view.setBigInt64(batchLayout.maxTimestamp, stamp.logAppendTime);
    sealBatch(batch);
  }
}

function newestTimestamp(records: readonly RecordInput[]): bigint {
  let newest = -1n;
  for (const { timestamp } of records) if (timestamp > newest) newest = timestamp;
  return newest;
}

function attributesOf(input: BatchInput, compression: CompressionName): number {
  return (
    codecId(compression) |
    (input.logAppendTime === undefined ? 0 : attributeBits.logAppendTime) |
    (input.transactional === true ? attributeBits.transactional : 0) |
    (input.control === true ? attributeBits.control : 0) |
    (input.deleteHorizonMs === undefined ? 0 : attributeBits.deleteHorizon)
  );
}

function offsetDeltas(records: readonly RecordInput[]): readonly number[] {
  let next = 0;
  return records.map((record) => {
    const delta = record.offsetDelta ?? next;
    next = delta + 1;
    return delta;
  });
}

function encodeBody(
  records: readonly RecordInput[],
  deltas: readonly number[],
  baseTimestamp: bigint,
): Uint8Array {
  const placed = records.map((record, index) => {
    const offsetDelta = deltas[index] ?? index;
    const timestampDelta = record.timestamp - baseTimestamp;
    return { record, offsetDelta, timestampDelta, ...recordBytes(record, offsetDelta, timestampDelta) };
  });
  const writer = new VarintWriter(
    new Uint8Array(placed.reduce((sum, { totalBytes }) => sum + totalBytes, 0)),
  );
  for (const record of placed) writeRecord(writer, record);
  return writer.bytes;
}
