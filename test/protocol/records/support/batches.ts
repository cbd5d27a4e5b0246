import type { BatchDamage } from "#protocol/records/batchDamage.ts";
import {
  type BatchFrame,
  type DecodedBatch,
  type DecodeOptions,
  decodeBatch,
  readBatches,
  type WholeBatch,
} from "#protocol/records/batchReader.ts";
import { type BatchInput, encodeBatch, type RecordInput, sealBatch } from "#protocol/records/batchWriter.ts";
import { batchLayout, lengthPrefixBytes } from "#protocol/records/recordBatch.ts";

/** Records with small distinct keys and values. */
function someRecords(count: number): readonly RecordInput[] {
  return Array.from({ length: count }, (_, index) => ({
    timestamp: 1_760_000_000_000n + BigInt(index),
    key: bytesOf(`k${index}`),
    value: bytesOf(`value ${index}`),
  }));
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A batch of `count` records at `baseOffset`. */
export function goodBatch(baseOffset: bigint, count: number, more: Partial<BatchInput> = {}): Uint8Array {
  return encodeBatch({ baseOffset, records: someRecords(count), ...more });
}

/** A header in front of `body`, whatever that is; the checksum is good, so every later stage is reached. */
export function batchOf(
  body: Uint8Array,
  header: {
    readonly baseOffset?: bigint;
    readonly recordCount: number;
    readonly lastOffsetDelta: number;
    readonly attributes?: number;
  },
): Uint8Array {
  const batch = new Uint8Array(batchLayout.records + body.length);
  batch.set(encodeBatch({ baseOffset: header.baseOffset ?? 10n, records: [] }));
  batch.set(body, batchLayout.records);
  const view = new DataView(batch.buffer);
  view.setInt32(batchLayout.batchLength, batch.length - lengthPrefixBytes);
  view.setInt16(batchLayout.attributes, header.attributes ?? 0);
  view.setInt32(batchLayout.lastOffsetDelta, header.lastOffsetDelta);
  view.setInt32(batchLayout.recordCount, header.recordCount);
  sealBatch(batch);
  return batch;
}

/** A copy with one thing changed through a DataView. */
export function changed(batch: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = batch.slice();
  change(new DataView(copy.buffer));
  return copy;
}

/** A copy with one thing changed and the checksum made good again. */
export function resealed(batch: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = changed(batch, change);
  sealBatch(copy);
  return copy;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** The frames of `records`, of which the one at `index` must be a whole batch. */
export function wholeBatch(records: Uint8Array, index = 0): WholeBatch {
  const frame = [...readBatches(records)][index];
  if (frame?.type !== "batch") throw new Error(`frame ${index} is ${frame?.type ?? "missing"}`);
  return frame;
}

export function opened(records: Uint8Array, index = 0, options: DecodeOptions = {}): DecodedBatch {
  const result = decodeBatch(wholeBatch(records, index), options);
  if (!result.ok) throw new Error(`${result.error.cause}: ${result.error.message}`);
  return result.value;
}

/** The damage of the batch at `index`, whether its framing or its content shows it. */
export function damageOf(records: Uint8Array, index = 0, options: DecodeOptions = {}): BatchDamage {
  const frame = [...readBatches(records, options)][index];
  if (frame?.type === "damaged") return frame.damage;
  const result = decodeBatch(wholeBatch(records, index), options);
  if (result.ok) throw new Error(`the batch is good: ${result.value.recordCount} records`);
  return result.error;
}

export function frameTypes(frames: Iterable<BatchFrame>): readonly string[] {
  return Array.from(frames, (frame) => frame.type);
}
