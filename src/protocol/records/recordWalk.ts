import { BatchDecodeError } from "./batchDamage.ts";
import type { BatchHeader } from "./recordBatch.ts";
import { VarintReader } from "./varintReader.ts";

/** The smallest record: length, attributes, timestamp, offset, key, value and header count, a byte each at the least. */
export const minRecordBytes = 7;

/** Numbers kept per record: where its timestamp stands, its offset delta, where its key and its value stand. */
export const slotsPerRecord = 4;

/**
 * Walks all records of a batch and notes where their fields are, `slotsPerRecord` numbers each. Every length is held to
 * its record, every record to the body, every offset to the batch; the claimed count must use up the body exactly. So
 * nothing that is decoded later, lazily, can fail or read elsewhere.
 */
export function walkRecords(body: Uint8Array, header: BatchHeader): Int32Array {
  const slots = new Int32Array(plausibleCount(body, header) * slotsPerRecord);
  walk(body, header, { slots, stride: slotsPerRecord });
  return slots;
}

/** Makes the same checks, and keeps nothing. */
export function checkRecords(body: Uint8Array, header: BatchHeader): void {
  plausibleCount(body, header);
  walk(body, header, { slots: new Int32Array(slotsPerRecord), stride: 0 });
}

/** How many records the batch claims, which its bytes could hold. */
function plausibleCount(body: Uint8Array, { recordCount }: BatchHeader): number {
  if (recordCount < 0) throw wrongCount(`the batch claims ${recordCount} records`);
  if (recordCount > body.length / minRecordBytes) {
    throw wrongCount(`the batch claims ${recordCount} records, and ${body.length} bytes cannot hold them`);
  }
  return recordCount;
}

/** `stride` is how far apart the records are in `slots`: 0 writes each over the one before. */
function walk(
  body: Uint8Array,
  header: BatchHeader,
  { slots, stride }: { readonly slots: Int32Array; readonly stride: number },
): void {
  const { recordCount, lastOffsetDelta } = header;
  // One for all: an object for each would be more garbage than all else that reading makes.
  const target = { slots, slot: 0 };
  let at = 0;
  let previousDelta = -1;
  for (let index = 0; index < recordCount; index++) {
    if (at === body.length) throw wrongCount(`the batch claims ${recordCount} records and holds ${index}`);
    target.slot = index * stride;
    const end = passUsualRecord(body, at, target);
    at = end ?? walkRecord(new VarintReader(body, at), index, target);
    const delta = slots[target.slot + 1] as number;
    if (delta <= previousDelta || delta > lastOffsetDelta) throw wrongOffset(index, delta, header);
    previousDelta = delta;
  }
  if (at !== body.length) {
    const left = body.length - at;
    throw wrongCount(`the batch claims ${recordCount} records, and ${left} bytes are left behind them`);
  }
}

/** Where to note a record's numbers. */
interface SlotTarget {
  readonly slots: Int32Array;
  readonly slot: number;
}

/**
 * The fast way over a record as nearly all are: every number of at most three bytes. Gives where the record ends, or
 * `undefined` for the slow way, which finds out whether anything is wrong. Positions only grow, so a last field that ends
 * exactly at the record's end proves that all did.
 */
function passUsualRecord(body: Uint8Array, at: number, { slots, slot }: SlotTarget): number | undefined {
  const length = shortVarint(body, at);
  const contentAt = at + sizeOf(length);
  const end = contentAt + numberOf(length);
  const timestampAt = contentAt + 1;
  const timestamp = shortVarint(body, timestampAt);
  const deltaAt = timestampAt + sizeOf(timestamp);
  const delta = shortVarint(body, deltaAt);
  const keyAt = deltaAt + sizeOf(delta);
  const valueAt = endOfField(body, keyAt);
  const headersAt = endOfField(body, valueAt);
  if (length === 0 || timestamp === 0 || delta === 0) return undefined;
  if (body[headersAt] !== 0 || headersAt + 1 !== end || end > body.length) return undefined;
  slots[slot] = timestampAt;
  slots[slot + 1] = numberOf(delta);
  slots[slot + 2] = keyAt;
  slots[slot + 3] = valueAt;
  return end;
}

/** A number of one to three bytes packed with its size, which stands in the lowest two bits; 0 when it is longer. */
function shortVarint(body: Uint8Array, at: number): number {
  const first = body[at] as number;
  if (first < 0x80) return (first << 2) | 1;
  const second = body[at + 1] as number;
  if (second < 0x80) return ((first & 0x7f) << 2) | (second << 9) | 2;
  const third = body[at + 2] as number;
  if (third < 0x80) return ((first & 0x7f) << 2) | ((second & 0x7f) << 9) | (third << 16) | 3;
  return 0;
}

function sizeOf(packed: number): number {
  return packed & 3;
}

function numberOf(packed: number): number {
  const raw = packed >>> 2;
  return (raw >>> 1) ^ -(raw & 1);
}

// Past the end of any body, so that no record ends there.
const nowhere = 0x4000_0000;

/** Where a field ends whose length stands in front; -1 is null. */
function endOfField(body: Uint8Array, at: number): number {
  const packed = shortVarint(body, at);
  const length = numberOf(packed);
  if (packed === 0 || length < -1) return nowhere;
  return at + sizeOf(packed) + (length === -1 ? 0 : length);
}

/** Passes over one record with every check and a word for each; gives where it ends. */
function walkRecord(reader: VarintReader, index: number, { slots, slot }: SlotTarget): number {
  const length = reader.varint();
  const end = reader.position + length;
  if (length < minRecordBytes - 1 || end > reader.bytes.length) throw badLength(index, "the record", length);
  // Attributes come first, of which none is defined.
  slots[slot] = ++reader.position;
  reader.skipVarlong();
  slots[slot + 1] = reader.varint();
  slots[slot + 2] = reader.position;
  if (!reader.skipField(end)) throw badLength(index, "the key");
  slots[slot + 3] = reader.position;
  if (!reader.skipField(end)) throw badLength(index, "the value");
  const headerCount = reader.varint();
  if (headerCount !== 0) walkHeaders(reader, { index, headerCount, end });
  if (reader.position !== end) throw wrongEnd(index, length, end - reader.position);
  return end;
}

function walkHeaders(
  reader: VarintReader,
  record: { readonly index: number; readonly headerCount: number; readonly end: number },
): void {
  const { index, headerCount, end } = record;
  // A header takes two bytes at the least.
  if (headerCount < 0 || headerCount > (end - reader.position) / 2) {
    throw new BatchDecodeError("recordLayout", `record ${index} claims ${headerCount} headers`);
  }
  for (let header = 0; header < headerCount; header++) {
    // A key is never null, and the sign of a number is the lowest bit of its first byte.
    const isNegative = ((reader.bytes[reader.position] ?? 0) & 1) === 1;
    if (isNegative || !reader.skipField(end)) throw badLength(index, "a header's key");
    if (!reader.skipField(end)) throw badLength(index, "a header's value");
  }
}

function badLength(index: number, what: string, length?: number): BatchDecodeError {
  const claim = length === undefined ? "does not fit the record" : `claims ${length} bytes`;
  return new BatchDecodeError("recordLayout", `record ${index}: ${what} ${claim}`);
}

function wrongEnd(index: number, length: number, left: number): BatchDecodeError {
  const where = left > 0 ? `${left} bytes before` : `${-left} bytes after`;
  return new BatchDecodeError(
    "recordLayout",
    `record ${index} claims ${length} bytes, and its fields end ${where} that`,
  );
}

function wrongOffset(index: number, delta: number, header: BatchHeader): BatchDecodeError {
  return new BatchDecodeError(
    "recordLayout",
    `record ${index} has the offset delta ${delta}, out of order or past the batch's last, ${header.lastOffsetDelta}`,
  );
}

function wrongCount(message: string): BatchDecodeError {
  return new BatchDecodeError("recordCount", message);
}
