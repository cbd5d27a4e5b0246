import type { KafkaRecord, RecordHeader } from "./kafkaRecord.ts";
import type { BatchHeader } from "./recordBatch.ts";
import { slotsPerRecord } from "./recordWalk.ts";
import { VarintReader } from "./varintReader.ts";

/**
 * The records of a batch over its uncompressed body: a record is decoded when it is asked for, its fields when they are
 * read. Keys and values are views into the body.
 */
export class LazyRecords implements Iterable<KafkaRecord> {
  readonly length: number;
  readonly #source: RecordSource;

  /** `slots` come from walkRecords over the same body, which has checked every length. */
  constructor(body: Uint8Array, slots: Int32Array, header: BatchHeader) {
    this.#source = {
      body,
      buffer: body.buffer,
      bodyAt: body.byteOffset,
      slots,
      baseOffset: header.baseOffset,
      baseTimestamp: header.baseTimestamp,
      appendTime: header.timestampType === "logAppendTime" ? header.maxTimestamp : undefined,
    };
    this.length = slots.length / slotsPerRecord;
  }

  /** The record at `index`, or `undefined` outside 0 to length - 1. */
  at(index: number): KafkaRecord | undefined {
    if (!(index >= 0 && index < this.length)) return undefined;
    return new LazyRecord(this.#source, index * slotsPerRecord);
  }

  /** The index of the first record whose offset is not before `offset`; `length` when there is none. */
  indexOfOffset(offset: bigint): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = this.at(middle);
      if (record !== undefined && record.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  [Symbol.iterator](): Iterator<KafkaRecord> {
    return new RecordIterator(this.#source, this.length * slotsPerRecord);
  }
}

interface RecordSource {
  readonly body: Uint8Array;
  // Kept apart, as asking a typed array for them is a good part of the cost of a view.
  readonly buffer: ArrayBufferLike;
  readonly bodyAt: number;
  readonly slots: Int32Array;
  readonly baseOffset: bigint;
  readonly baseTimestamp: bigint;
  /** Set when the broker's clock replaced the producer's timestamps. */
  readonly appendTime: bigint | undefined;
}

class RecordIterator implements Iterator<KafkaRecord> {
  readonly #source: RecordSource;
  readonly #end: number;
  #slot = 0;

  constructor(source: RecordSource, end: number) {
    this.#source = source;
    this.#end = end;
  }

  next(): IteratorResult<KafkaRecord> {
    if (this.#slot >= this.#end) return { done: true, value: undefined };
    const value = new LazyRecord(this.#source, this.#slot);
    this.#slot += slotsPerRecord;
    return { done: false, value };
  }
}

const noHeaders: readonly RecordHeader[] = [];
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

class LazyRecord implements KafkaRecord {
  readonly #source: RecordSource;
  readonly #slot: number;

  constructor(source: RecordSource, slot: number) {
    this.#source = source;
    this.#slot = slot;
  }

  get offset(): bigint {
    return this.#source.baseOffset + BigInt(this.#number(1));
  }

  get timestamp(): bigint {
    const { appendTime, baseTimestamp } = this.#source;
    return appendTime ?? baseTimestamp + this.#readerAt(0).varlong();
  }

  get key(): Uint8Array | null {
    return this.#view(2);
  }

  get value(): Uint8Array | null {
    return this.#view(3);
  }

  get headers(): readonly RecordHeader[] {
    const reader = this.#readerAt(3);
    reader.skipField(reader.bytes.length);
    const count = reader.varint();
    if (count === 0) return noHeaders;
    return Array.from({ length: count }, () => ({
      key: utf8.decode(reader.field() ?? undefined),
      value: reader.field(),
    }));
  }

  #view(slot: number): Uint8Array | null {
    const { buffer, bodyAt } = this.#source;
    const reader = this.#readerAt(slot);
    const length = reader.varint();
    return length < 0 ? null : new Uint8Array(buffer, bodyAt + reader.position, length);
  }

  #number(slot: number): number {
    return this.#source.slots[this.#slot + slot] as number;
  }

  #readerAt(slot: number): VarintReader {
    return new VarintReader(this.#source.body, this.#number(slot));
  }
}
