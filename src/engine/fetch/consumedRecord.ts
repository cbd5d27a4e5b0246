import type { TopicPartition } from "#base/topicPartition.ts";
import type { ControlRecord } from "#protocol/records/controlRecord.ts";
import type { RecordHeader } from "#protocol/records/kafkaRecord.ts";
import type { RecordFields } from "#protocol/records/lazyRecords.ts";
import type { TimestampType } from "#protocol/records/recordBatch.ts";

/** What a transaction marker says (KIP-98): how the producer's transaction ended, and under which coordinator. */
export interface ControlMark {
  readonly type: ControlRecord["type"];
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Undefined for what is no end of a transaction, or is cut. */
  readonly coordinatorEpoch: number | undefined;
}

/** What all records of one batch share. */
export interface RecordOrigin extends TopicPartition {
  /** Of the leader that appended the batch; undefined when the batch does not say. */
  readonly leaderEpoch: number | undefined;
  readonly timestampType: TimestampType;
  /** Set on a control batch, of which Kafka puts one record into each; undefined for data. */
  readonly control?: ControlMark | undefined;
}

/**
 * A record as poll returns it. Everything is read when it is asked for; key, value and header values are views into
 * the batch, so whoever keeps one keeps the batch in memory: copy what is to be kept.
 */
export class ConsumedRecord {
  readonly #origin: RecordOrigin;
  // One object per record, and not a second one in it: at full speed that is a good part of all garbage.
  readonly #records: RecordFields;
  readonly #index: number;

  constructor(origin: RecordOrigin, records: RecordFields, index: number) {
    this.#origin = origin;
    this.#records = records;
    this.#index = index;
  }

  get topic(): string {
    return this.#origin.topic;
  }

  get partition(): number {
    return this.#origin.partition;
  }

  get leaderEpoch(): number | undefined {
    return this.#origin.leaderEpoch;
  }

  get timestampType(): TimestampType {
    return this.#origin.timestampType;
  }

  /** Set when this is no data but a marker that the session was asked to show. */
  get control(): ControlMark | undefined {
    return this.#origin.control;
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

  /** Bytes it takes in its batch, headers and framing included; no view is made to tell. */
  get sizeInBytes(): number {
    return this.#records.sizeAt(this.#index);
  }

  /** Whether it stands directly behind the other in the same batch. */
  isNextOf(other: ConsumedRecord): boolean {
    return this.#records === other.#records && this.#index === other.#index + 1;
  }

  /** The record so many places behind it in its batch; whoever asks knows that there is one. */
  after(places: number): ConsumedRecord {
    return new ConsumedRecord(this.#origin, this.#records, this.#index + places);
  }

  /** What is not freed as long as somebody has this record: its batch's bytes, or those of its whole response. */
  get memory(): ArrayBufferLike {
    return this.#records.memory;
  }

  /** It and those behind it in its batch, `count` in all, in memory of their own; gives the first. */
  copied(count: number): ConsumedRecord {
    return new ConsumedRecord(this.#origin, this.#records.copyOf(this.#index, count), 0);
  }
}
