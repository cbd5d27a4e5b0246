import type { TopicPartition } from "#base/topicPartition.ts";
import type { KafkaRecord, RecordHeader } from "#protocol/records/kafkaRecord.ts";
import type { TimestampType } from "#protocol/records/recordBatch.ts";

/** What all records of one batch share. */
export interface RecordOrigin extends TopicPartition {
  /** Of the leader that appended the batch; undefined when the batch does not say. */
  readonly leaderEpoch: number | undefined;
  readonly timestampType: TimestampType;
}

/**
 * A record as poll returns it. Everything is read when it is asked for; key, value and header values are views into
 * the batch, so whoever keeps one keeps the batch in memory: copy what is to be kept.
 */
export class ConsumedRecord {
  readonly #origin: RecordOrigin;
  readonly #record: KafkaRecord;

  constructor(origin: RecordOrigin, record: KafkaRecord) {
    this.#origin = origin;
    this.#record = record;
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

  get offset(): bigint {
    return this.#record.offset;
  }

  get timestamp(): bigint {
    return this.#record.timestamp;
  }

  get key(): Uint8Array | null {
    return this.#record.key;
  }

  get value(): Uint8Array | null {
    return this.#record.value;
  }

  get headers(): readonly RecordHeader[] {
    return this.#record.headers;
  }
}
