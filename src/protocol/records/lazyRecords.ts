import type { KafkaRecord, RecordHeader } from "./kafkaRecord.ts";
import type { BatchHeader } from "./recordBatch.ts";
import { VarintReader } from "./varintReader.ts";

/**
 * The records of a batch over its uncompressed body: a record is decoded when it is asked for, its fields when they are
 * read. Keys and values are views into the body.
 */
export class LazyRecords implements Iterable<KafkaRecord> {
  readonly #source: RecordSource;
  readonly #starts: Int32Array;

  /** `starts` come from walkRecords over the same body, which has checked every length. */
  constructor(body: Uint8Array, starts: Int32Array, header: BatchHeader) {
    this.#source = {
      body,
      baseOffset: header.baseOffset,
      baseTimestamp: header.baseTimestamp,
      appendTime: header.timestampType === "logAppendTime" ? header.maxTimestamp : undefined,
    };
    this.#starts = starts;
  }

  get length(): number {
    return this.#starts.length;
  }

  /** The record at `index`, or `undefined` outside 0 to length - 1. */
  at(index: number): KafkaRecord | undefined {
    const start = this.#starts[index];
    return start === undefined ? undefined : new LazyRecord(this.#source, start);
  }

  /** The index of the first record whose offset is not before `offset`; `length` when there is none. */
  indexOfOffset(offset: bigint): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = this.at(middle);
      if (record !== undefined && record.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  [Symbol.iterator](): Iterator<KafkaRecord> {
    let index = 0;
    return {
      next: (): IteratorResult<KafkaRecord> => {
        const value = this.at(index++);
        return value === undefined ? { done: true, value: undefined } : { done: false, value };
      },
    };
  }
}

interface RecordSource {
  readonly body: Uint8Array;
  readonly baseOffset: bigint;
  readonly baseTimestamp: bigint;
  /** Set when the broker's clock replaced the producer's timestamps. */
  readonly appendTime: bigint | undefined;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

class LazyRecord implements KafkaRecord {
  readonly #source: RecordSource;
  readonly #timestampAt: number;
  readonly #offsetDelta: number;
  readonly #keyAt: number;
  readonly #keyLength: number;
  readonly #valueAt: number;
  readonly #valueLength: number;
  #headers: readonly RecordHeader[] | undefined;

  constructor(source: RecordSource, start: number) {
    const reader = new VarintReader(source.body, start);
    reader.varint();
    reader.position++;
    this.#source = source;
    this.#timestampAt = reader.position;
    reader.skipVarlong();
    this.#offsetDelta = reader.varint();
    this.#keyLength = reader.varint();
    this.#keyAt = reader.position;
    if (this.#keyLength > 0) reader.position += this.#keyLength;
    this.#valueLength = reader.varint();
    this.#valueAt = reader.position;
  }

  get offset(): bigint {
    return this.#source.baseOffset + BigInt(this.#offsetDelta);
  }

  get timestamp(): bigint {
    const { appendTime, baseTimestamp, body } = this.#source;
    return appendTime ?? baseTimestamp + new VarintReader(body, this.#timestampAt).varlong();
  }

  get key(): Uint8Array | null {
    return view(this.#source.body, this.#keyAt, this.#keyLength);
  }

  get value(): Uint8Array | null {
    return view(this.#source.body, this.#valueAt, this.#valueLength);
  }

  get headers(): readonly RecordHeader[] {
    this.#headers ??= readHeaders(this.#source.body, this.#valueAt + Math.max(0, this.#valueLength));
    return this.#headers;
  }
}

const noHeaders: readonly RecordHeader[] = [];

function readHeaders(body: Uint8Array, at: number): readonly RecordHeader[] {
  const reader = new VarintReader(body, at);
  const count = reader.varint();
  if (count === 0) return noHeaders;
  const field = () => {
    const length = reader.varint();
    const bytes = view(body, reader.position, length);
    if (length > 0) reader.position += length;
    return bytes;
  };
  return Array.from({ length: count }, () => ({ key: utf8.decode(field() ?? undefined), value: field() }));
}

function view(body: Uint8Array, at: number, length: number): Uint8Array | null {
  return length < 0 ? null : new Uint8Array(body.buffer, body.byteOffset + at, length);
}
