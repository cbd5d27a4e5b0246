import type { KafkaRecord, RecordHeader } from "./kafkaRecord.ts";
import type { BatchHeader } from "./recordBatch.ts";
import { slotsPerRecord } from "./recordWalk.ts";
import { VarintReader } from "./varintReader.ts";

/** The fields of many records, each read when it is asked for. Indexes are those of the records that are there. */
export interface RecordFields {
  offsetAt(index: number): bigint;
  timestampAt(index: number): bigint;
  keyAt(index: number): Uint8Array | null;
  valueAt(index: number): Uint8Array | null;
  headersAt(index: number): readonly RecordHeader[];
  /** Bytes it takes in the batch, headers and framing included. */
  sizeAt(index: number): number;
  /** What these records keep from being freed, other records and other batches included. */
  readonly memory: ArrayBufferLike;
  /** The same records from `from` on in memory of their own; whoever asks knows that there are so many. */
  copyOf(from: number, count: number): RecordFields;
}

/** What of a batch's header its records are told by. */
type BatchTimes = Pick<BatchHeader, "baseOffset" | "baseTimestamp" | "timestampType" | "maxTimestamp">;

const noHeaders: readonly RecordHeader[] = [];
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The records of a batch over its uncompressed body: nothing is made of a record before a field of it is read. Keys and
 * values are views into the body.
 */
export class LazyRecords implements Iterable<KafkaRecord>, RecordFields {
  readonly length: number;
  readonly #body: Uint8Array;
  // Kept apart, as asking a typed array for them is a good part of the cost of a view.
  readonly #buffer: ArrayBufferLike;
  readonly #bodyAt: number;
  readonly #slots: Int32Array;
  readonly #baseOffset: bigint;
  readonly #baseTimestamp: bigint;
  /** Set when the broker's clock replaced the producer's timestamps. */
  readonly #appendTime: bigint | undefined;

  /** `slots` come from walkRecords over the same body, which has checked every length. */
  constructor(body: Uint8Array, slots: Int32Array, header: BatchTimes) {
    this.#body = body;
    this.#buffer = body.buffer;
    this.#bodyAt = body.byteOffset;
    this.#slots = slots;
    this.#baseOffset = header.baseOffset;
    this.#baseTimestamp = header.baseTimestamp;
    this.#appendTime = header.timestampType === "logAppendTime" ? header.maxTimestamp : undefined;
    this.length = slots.length / slotsPerRecord;
  }

  /** The record at `index`, or `undefined` outside 0 to length - 1. */
  at(index: number): KafkaRecord | undefined {
    return index >= 0 && index < this.length ? new LazyRecord(this, index) : undefined;
  }

  /** The index of the first record whose offset is not before `offset`; `length` when there is none. */
  indexOfOffset(offset: bigint): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.offsetAt(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  offsetAt(index: number): bigint {
    return this.#baseOffset + BigInt(this.#slots[index * slotsPerRecord + 1] as number);
  }

  timestampAt(index: number): bigint {
    return this.#appendTime ?? this.#baseTimestamp + this.#readerAt(index, 0).varlong();
  }

  keyAt(index: number): Uint8Array | null {
    return this.#view(this.#slots[index * slotsPerRecord + 2] as number);
  }

  valueAt(index: number): Uint8Array | null {
    return this.#view(this.#slots[index * slotsPerRecord + 3] as number);
  }

  headersAt(index: number): readonly RecordHeader[] {
    const reader = this.#readerAt(index, 3);
    reader.skipField(reader.bytes.length);
    const count = reader.varint();
    if (count === 0) return noHeaders;
    return Array.from({ length: count }, () => ({
      key: utf8.decode(reader.field() ?? undefined),
      value: reader.field(),
    }));
  }

  sizeAt(index: number): number {
    const next = index + 1 < this.length ? this.#slots[(index + 1) * slotsPerRecord] : this.#body.length;
    return (next as number) - (this.#slots[index * slotsPerRecord] as number);
  }

  get memory(): ArrayBufferLike {
    return this.#buffer;
  }

  copyOf(from: number, count: number): LazyRecords {
    const slots = this.#slots.slice(from * slotsPerRecord, (from + count) * slotsPerRecord);
    const start = slots[0] ?? 0;
    const end = this.#slots[(from + count) * slotsPerRecord] ?? this.#body.length;
    for (let at = 0; at < slots.length; at++) {
      // All but the offset's delta say where something stands.
      if (at % slotsPerRecord !== 1) slots[at] = (slots[at] as number) - start;
    }
    return new LazyRecords(new Uint8Array(this.#body.subarray(start, end)), slots, {
      baseOffset: this.#baseOffset,
      baseTimestamp: this.#baseTimestamp,
      timestampType: this.#appendTime === undefined ? "createTime" : "logAppendTime",
      maxTimestamp: this.#appendTime ?? this.#baseTimestamp,
    });
  }

  *[Symbol.iterator](): Iterator<KafkaRecord> {
    for (let index = 0; index < this.length; index++) yield new LazyRecord(this, index);
  }

  /** A field with its length in front. Read here for lengths of one or two bytes, which nearly all have. */
  #view(at: number): Uint8Array | null {
    const first = this.#body[at] as number;
    // The lowest bit is the sign, and no length but -1 is negative, in however many bytes it is written.
    if ((first & 1) === 1) return null;
    if (first < 0x80) return new Uint8Array(this.#buffer, this.#bodyAt + at + 1, first >>> 1);
    const second = this.#body[at + 1] as number;
    if (second < 0x80) {
      const length = ((first & 0x7f) | (second << 7)) >>> 1;
      return new Uint8Array(this.#buffer, this.#bodyAt + at + 2, length);
    }
    return new VarintReader(this.#body, at).field();
  }

  #readerAt(index: number, slot: number): VarintReader {
    return new VarintReader(this.#body, this.#slots[index * slotsPerRecord + slot] as number);
  }
}

class LazyRecord implements KafkaRecord {
  readonly #records: RecordFields;
  readonly #index: number;

  constructor(records: RecordFields, index: number) {
    this.#records = records;
    this.#index = index;
  }

  get offset(): bigint {
    return this.#records.offsetAt(this.#index);
  }

  get timestamp(): bigint {
    return this.#records.timestampAt(this.#index);
  }

  get key(): Uint8Array | null {
    return this.#records.keyAt(this.#index);
  }

  get value(): Uint8Array | null {
    return this.#records.valueAt(this.#index);
  }

  get headers(): readonly RecordHeader[] {
    return this.#records.headersAt(this.#index);
  }
}
