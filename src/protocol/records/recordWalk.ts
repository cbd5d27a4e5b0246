import { BatchDecodeError } from "./batchDamage.ts";
import type { BatchHeader } from "./recordBatch.ts";
import { VarintReader } from "./varintReader.ts";

// Length, attributes, timestamp, offset, key, value and header count take a byte each at the least.
const minRecordBytes = 7;

/**
 * Walks all records of a batch and returns where each begins. Every length is held to its record, every record to the
 * body, every offset to the batch; the claimed count must use up the body exactly. So nothing that is decoded later,
 * lazily, can fail or read elsewhere.
 */
export function walkRecords(body: Uint8Array, header: BatchHeader): Int32Array {
  const { recordCount, lastOffsetDelta } = header;
  if (recordCount < 0) throw wrongCount(`the batch claims ${recordCount} records`);
  if (recordCount > body.length / minRecordBytes) {
    throw wrongCount(`the batch claims ${recordCount} records, and ${body.length} bytes cannot hold them`);
  }
  const starts = new Int32Array(recordCount);
  const reader = new VarintReader(body);
  let previousDelta = -1;
  for (let index = 0; index < recordCount; index++) {
    if (reader.position === body.length) {
      throw wrongCount(`the batch claims ${recordCount} records and holds ${index}`);
    }
    starts[index] = reader.position;
    const delta = walkRecord(reader, index);
    if (delta <= previousDelta || delta > lastOffsetDelta) throw wrongOffset(index, delta, header);
    previousDelta = delta;
  }
  if (reader.position !== body.length) {
    const left = body.length - reader.position;
    throw wrongCount(`the batch claims ${recordCount} records, and ${left} bytes are left behind them`);
  }
  return starts;
}

/** Passes over one record, and gives its offset delta. */
function walkRecord(reader: VarintReader, index: number): number {
  const length = reader.varint();
  const end = reader.position + length;
  if (length < minRecordBytes - 1 || end > reader.bytes.length) {
    throw badLength(index, "the record", length);
  }
  // Attributes, of which none is defined.
  reader.position++;
  reader.skipVarlong();
  const delta = reader.varint();
  skipField(reader, end, index, "the key");
  skipField(reader, end, index, "the value");
  const headerCount = reader.varint();
  // A header takes two bytes at the least.
  if (headerCount < 0 || headerCount > (end - reader.position) / 2) {
    throw new BatchDecodeError("recordLayout", `record ${index} claims ${headerCount} headers`);
  }
  for (let header = 0; header < headerCount; header++) {
    skipField(reader, end, index, "a header's key", 0);
    skipField(reader, end, index, "a header's value");
  }
  if (reader.position !== end) {
    throw new BatchDecodeError(
      "recordLayout",
      `record ${index} claims ${length} bytes, and its fields end ${Math.abs(end - reader.position)} bytes ${
        reader.position < end ? "before" : "after"
      } that`,
    );
  }
  return delta;
}

/** -1 stands for null, where null is allowed. */
function skipField(reader: VarintReader, end: number, index: number, what: string, least = -1): void {
  const length = reader.varint();
  if (length < least || length > end - reader.position) throw badLength(index, what, length);
  if (length > 0) reader.position += length;
}

function badLength(index: number, what: string, length: number): BatchDecodeError {
  return new BatchDecodeError("recordLayout", `record ${index}: ${what} claims ${length} bytes`);
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
