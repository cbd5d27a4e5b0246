import type { RecordHeader } from "./kafkaRecord.ts";

interface WritableRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: readonly RecordHeader[] | undefined;
}

/** A header with its key as bytes, so that it is encoded once and not for its size again. */
interface EncodedHeader {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** Sizes of a record, and what was computed on the way. */
export interface MeasuredRecord {
  /** With the length in front. */
  readonly totalBytes: number;
  /** What the length in front says. */
  readonly contentBytes: number;
  readonly headers: readonly EncodedHeader[];
}

const utf8 = new TextEncoder();
const noHeaders: readonly EncodedHeader[] = [];

/** Measures a record before it is written, as its length stands in front. */
export function recordBytes(
  record: WritableRecord,
  offsetDelta: number,
  timestampDelta: bigint,
): MeasuredRecord {
  const headers =
    record.headers === undefined || record.headers.length === 0
      ? noHeaders
      : record.headers.map(({ key, value }) => ({ key: utf8.encode(key), value }));
  let contentBytes =
    1 +
    varlongBytes(timestampDelta) +
    varintBytes(offsetDelta) +
    fieldBytes(record.key) +
    fieldBytes(record.value) +
    varintBytes(headers.length);
  for (const { key, value } of headers) contentBytes += fieldBytes(key) + fieldBytes(value);
  return { totalBytes: varintBytes(contentBytes) + contentBytes, contentBytes, headers };
}

/** Writes a measured record. */
export function writeRecord(
  writer: VarintWriter,
  placed: MeasuredRecord & {
    readonly record: WritableRecord;
    readonly offsetDelta: number;
    readonly timestampDelta: bigint;
  },
): void {
  writer.varint(placed.contentBytes);
  writer.varint(0);
  writer.varlong(placed.timestampDelta);
  writer.varint(placed.offsetDelta);
  writer.field(placed.record.key);
  writer.field(placed.record.value);
  writer.varint(placed.headers.length);
  for (const { key, value } of placed.headers) {
    writer.field(key);
    writer.field(value);
  }
}

/** Writes the variable-length numbers of records into bytes whose size is known. */
export class VarintWriter {
  readonly bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  varint(value: number): void {
    let raw = zigzag(value);
    for (; raw >= 0x80; raw >>>= 7) this.bytes[this.#position++] = (raw & 0x7f) | 0x80;
    this.bytes[this.#position++] = raw;
  }

  varlong(value: bigint): void {
    if (fitsVarint(value)) {
      this.varint(Number(value));
      return;
    }
    let raw = zigzagLong(value);
    for (; raw >= 0x80n; raw >>= 7n) this.bytes[this.#position++] = Number(raw & 0x7fn) | 0x80;
    this.bytes[this.#position++] = Number(raw);
  }

  /** Bytes with their length in front; null is the length -1. */
  field(bytes: Uint8Array | null): void {
    this.varint(bytes === null ? -1 : bytes.length);
    if (bytes === null) return;
    this.bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function zigzagLong(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
}

function fitsVarint(value: bigint): boolean {
  return value >= -0x4000_0000n && value < 0x4000_0000n;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let raw = zigzag(value); raw >= 0x80; raw >>>= 7) bytes++;
  return bytes;
}

function varlongBytes(value: bigint): number {
  if (fitsVarint(value)) return varintBytes(Number(value));
  let bytes = 1;
  for (let raw = zigzagLong(value); raw >= 0x80n; raw >>= 7n) bytes++;
  return bytes;
}

function fieldBytes(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintBytes(bytes.length) + bytes.length;
}
