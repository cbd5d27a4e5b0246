/** One header of a record: not unique by key, and a null value differs from an empty one. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** One record of a partition. A null key and an empty key differ; a null value is a tombstone. */
export interface KafkaRecord {
  readonly offset: bigint;
  /** Milliseconds since the epoch: the producer's or the broker's, see the batch's `timestampType`. */
  readonly timestamp: bigint;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}
