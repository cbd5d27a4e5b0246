import type { RequestInput } from "#protocol/api.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { offsetForLeaderEpoch } from "#protocol/apis/offsetForLeaderEpoch.ts";
import { produce } from "#protocol/apis/produce.ts";
import { type BatchInput, encodeBatch, sealBatch } from "#protocol/records/batchWriter.ts";
import { batchLayout } from "#protocol/records/recordBatch.ts";
import { ask, type Place, type Sequence, type Step, sequence } from "../dialogue.ts";

const encoder = new TextEncoder();
const unknownId = "AAAAAAAAAAAAAAAAAAAAAQ";

/** A batch of three records at the times 1000, 2000 and 3000. */
function threeRecords(own: Partial<BatchInput> = {}): Uint8Array {
  const records = [1_000n, 2_000n, 3_000n].map((timestamp) => ({
    timestamp,
    key: null,
    value: encoder.encode(`at ${timestamp}`),
  }));
  return encodeBatch({ baseOffset: 0n, records, ...own });
}

/** A batch with some of its header changed; sealed again unless its checksum is what is wrong. */
function changed(change: (header: DataView) => void, options = { isSealed: true }): Uint8Array {
  const batch = threeRecords();
  change(new DataView(batch.buffer));
  if (options.isSealed) sealBatch(batch);
  return batch;
}

function twice(batch: Uint8Array): Uint8Array {
  return new Uint8Array([...batch, ...batch]);
}

interface ProduceOptions {
  readonly version?: number;
  readonly acks?: number;
  readonly partition?: number;
  readonly name?: string;
  readonly transactionalId?: string;
}

function write({ topic }: Place, records: Uint8Array | null, options: ProduceOptions = {}): Step {
  const { version = 12, acks = -1, partition = 0, name = topic, transactionalId = null } = options;
  const topicData = [{ name, partitionData: [{ index: partition, records }] }];
  return ask(produce, { transactionalId, acks, timeoutMs: 5_000, topicData }, { version });
}

/** Batches that a broker refuses, one by one. */
const spoilt: Readonly<Record<string, Uint8Array>> = {
  "no bytes": new Uint8Array(0),
  "a few bytes": new Uint8Array(20),
  "a wrong checksum": changed((header) => header.setUint32(batchLayout.crc, 1), { isSealed: false }),
  "a record count of none": changed((header) => header.setInt32(batchLayout.recordCount, 0)),
  "a record too many": changed((header) => header.setInt32(batchLayout.recordCount, 4)),
  "a wrong last offset": changed((header) => header.setInt32(batchLayout.lastOffsetDelta, 7)),
  "a base offset": changed((header) => header.setBigInt64(batchLayout.baseOffset, 5n)),
  "an unknown codec": changed((header) => header.setInt16(batchLayout.attributes, 6)),
  "a codec that it is not": changed((header) => header.setInt16(batchLayout.attributes, 1)),
  "magic 1": changed((header) => header.setInt8(batchLayout.magic, 1)),
  "magic 9": changed((header) => header.setInt8(batchLayout.magic, 9)),
  "a length beyond its end": changed((header) => header.setInt32(batchLayout.batchLength, 5_000)),
  "two batches": twice(threeRecords()),
  "a control batch": threeRecords({ control: true, producerId: 5n, producerEpoch: 0, baseSequence: 0 }),
  "a producer without a sequence": threeRecords({ producerId: 5n, producerEpoch: 0 }),
  "too many bytes": encodeBatch({
    baseOffset: 0n,
    records: [{ timestamp: 1n, key: null, value: new Uint8Array(1_100_000) }],
  }),
};

function offsets({ topic }: Place, timestamps: readonly bigint[], version: number): readonly Step[] {
  return timestamps.map((timestamp) =>
    ask(
      listOffsets,
      { replicaId: -1, topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }] },
      { version },
    ),
  );
}

type FetchInput = RequestInput<typeof fetch>;

function read(
  topics: FetchInput["topics"],
  own: Partial<FetchInput> & { readonly version?: number } = {},
): Step {
  const { version = 12, ...rest } = own;
  return ask(fetch, { maxWaitMs: 0, minBytes: 0, maxBytes: 1_000_000, topics, ...rest }, { version });
}

const wanted = { partition: 0, fetchOffset: 0n, partitionMaxBytes: 100_000 };

/** How records are written, and found again. */
export const logSequences: readonly Sequence[] = [
  sequence("Produce in every version, and Fetch in every version", (place) => [
    ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((version) => write(place, threeRecords(), { version })),
    ask(produce, {
      acks: 1,
      timeoutMs: 100,
      topicData: [{ topicId: place.topicId, partitionData: [{ index: 1, records: threeRecords() }] }],
    }),
    ...[4, 5, 6, 7, 8, 9, 10, 11, 12].map((version) =>
      read([{ topic: place.topic, partitions: [wanted] }], { version }),
    ),
    ...[13, 14, 15, 16, 17, 18].map((version) =>
      read([{ topicId: place.topicId, partitions: [{ ...wanted, partition: 1 }] }], { version }),
    ),
  ]),
  sequence("Produce to what is not there, or as it cannot be", (place) => [
    write(place, threeRecords(), { name: "nowhere" }),
    write(place, threeRecords(), { partition: 7 }),
    write(place, threeRecords(), { partition: -1 }),
    write(place, threeRecords(), { acks: 2 }),
    ask(produce, {
      acks: 1,
      timeoutMs: 100,
      topicData: [{ topicId: unknownId, partitionData: [{ index: 0, records: threeRecords() }] }],
    }),
    ask(produce, { acks: 1, timeoutMs: 100, topicData: [] }),
  ]),
  sequence("Produce of nothing", (place) => [write(place, null)]),
  ...Object.entries(spoilt).map(([what, batch]) =>
    sequence(`Produce of ${what}`, (place) => [
      write(place, batch),
      write(place, batch, { version: 7 }),
      write(place, threeRecords()),
    ]),
  ),
  sequence("Produce of a producer that counts: once, again, with a gap, of an older epoch", (place) => {
    const counted = (baseSequence: number, producerEpoch = 1) =>
      write(place, threeRecords({ producerId: 4_000n, producerEpoch, baseSequence }));
    return [counted(0), counted(0), counted(3), counted(9), counted(6, 0), counted(6), counted(0, 2)];
  }),
  sequence("Produce of a transactional batch by nobody, and by somebody unknown", (place) => {
    const batch = threeRecords({ producerId: 7n, producerEpoch: 0, baseSequence: 0, transactional: true });
    return [9, 11, 12].flatMap((version) => [
      write(place, batch, { version }),
      write(place, batch, { version, transactionalId: "nobody" }),
    ]);
  }),
  sequence("ListOffsets of an empty partition, and of one with records", (place) => [
    ...offsets(place, [-1n, -2n, -3n, -4n, -5n, -6n, 0n, -100n], 11),
    write(place, threeRecords()),
    ...offsets(place, [-1n, -2n, -3n, -4n, -5n, -6n, -100n, 0n, 1_500n, 3_000n, 3_001n], 11),
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((version) => offsets(place, [-1n, -2n, 1_500n, -3n], version)),
  ]),
  sequence("ListOffsets with a leader epoch, twice of one partition, and of what is not there", (place) => {
    const one = (partitions: readonly { partitionIndex: number; currentLeaderEpoch?: number }[]) =>
      ask(listOffsets, {
        replicaId: -1,
        isolationLevel: 1,
        topics: [
          { name: place.topic, partitions: partitions.map((each) => ({ timestamp: -1n, ...each })) },
          { name: "nowhere", partitions: [{ partitionIndex: 0, timestamp: -1n }] },
        ],
      });
    return [
      one([{ partitionIndex: 0, currentLeaderEpoch: 0 }]),
      one([{ partitionIndex: 0, currentLeaderEpoch: 9 }]),
      one([{ partitionIndex: 0 }, { partitionIndex: 0 }]),
      one([{ partitionIndex: 9 }, { partitionIndex: -1 }]),
    ];
  }),
  sequence("OffsetForLeaderEpoch of every epoch", (place) => [
    write(place, threeRecords()),
    ...[2, 3, 4].flatMap((version) =>
      [-1, 0, 1, 5].map((leaderEpoch) =>
        ask(
          offsetForLeaderEpoch,
          {
            replicaId: -1,
            topics: [{ topic: place.topic, partitions: [{ partition: 0, leaderEpoch }] }],
          },
          { version },
        ),
      ),
    ),
    ...[0, 3].map((currentLeaderEpoch) =>
      ask(offsetForLeaderEpoch, {
        replicaId: -1,
        topics: [
          { topic: place.topic, partitions: [{ partition: 1, currentLeaderEpoch, leaderEpoch: 0 }] },
          { topic: place.topic, partitions: [{ partition: 9, leaderEpoch: 0 }] },
          { topic: "nowhere", partitions: [{ partition: 0, leaderEpoch: 0 }] },
        ],
      }),
    ),
  ]),
  sequence("Fetch beyond the ends, with bounds and epochs, and of what is not there", (place) => {
    const { topic, topicId } = place;
    const with_ = (
      own: Partial<typeof wanted> & { currentLeaderEpoch?: number; lastFetchedEpoch?: number },
    ) => read([{ topic, partitions: [{ ...wanted, ...own }] }]);
    return [
      write(place, threeRecords()),
      write(place, threeRecords({ compression: "gzip" })),
      with_({ fetchOffset: 1n }),
      with_({ fetchOffset: 3n }),
      with_({ fetchOffset: 6n }),
      with_({ fetchOffset: 7n }),
      with_({ fetchOffset: -1n }),
      with_({ partitionMaxBytes: 1 }),
      with_({ partitionMaxBytes: 0 }),
      with_({ currentLeaderEpoch: 0, lastFetchedEpoch: 0 }),
      with_({ currentLeaderEpoch: 5 }),
      with_({ lastFetchedEpoch: 3 }),
      with_({ fetchOffset: 6n, lastFetchedEpoch: 0 }),
      with_({ partition: 9 }),
      read([{ topic, partitions: [wanted] }], { maxBytes: 1 }),
      read([{ topic, partitions: [wanted] }], { isolationLevel: 1 }),
      read([{ topic: "nowhere", partitions: [wanted] }]),
      read([{ topicId: unknownId, partitions: [wanted] }], { version: 17 }),
      read([{ topicId, partitions: [{ ...wanted, fetchOffset: 99n }] }], { version: 17 }),
      read([{ topicId, partitions: [{ ...wanted, fetchOffset: 6n }] }], {
        version: 17,
        maxWaitMs: 200,
        minBytes: 1,
      }),
      read([], { version: 17 }),
    ];
  }),
  sequence("Fetch in a session: opened, gone on with, added to, taken from, closed", (place) => {
    const { topicId } = place;
    const all = [{ topicId, partitions: [wanted, { ...wanted, partition: 1 }] }];
    const opened = ask(
      fetch,
      { maxWaitMs: 0, minBytes: 0, maxBytes: 1_000_000, sessionEpoch: 0, topics: all },
      { version: 17 },
    );
    const next = (sessionEpoch: number, own: Partial<FetchInput> = {}) =>
      ask(
        fetch,
        (answerTo) => ({
          maxWaitMs: 0,
          minBytes: 0,
          maxBytes: 1_000_000,
          sessionId: answerTo(opened).sessionId,
          sessionEpoch,
          topics: [],
          ...own,
        }),
        { version: 17 },
      );
    return [
      write(place, threeRecords()),
      opened,
      next(1),
      next(2, { topics: [{ topicId, partitions: [{ ...wanted, fetchOffset: 3n }] }] }),
      write(place, threeRecords(), { partition: 1 }),
      next(3),
      next(9),
      next(4, { forgottenTopicsData: [{ topicId, partitions: [1] }] }),
      next(5),
      next(-1, { topics: [{ topicId, partitions: [wanted] }] }),
      next(6),
      ask(
        fetch,
        { maxWaitMs: 0, minBytes: 0, maxBytes: 1, sessionId: 123_456, sessionEpoch: 4, topics: [] },
        { version: 17 },
      ),
    ];
  }),
];
