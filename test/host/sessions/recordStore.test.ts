import { expect, test } from "vitest";
import { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import { RecordStore } from "#host/sessions/recordStore.ts";

/** A record of `batch`; 616 bytes are what everything around a record that is alone in its batch takes. */
const recordBytes = 384;

/** Records of one batch, beginning with offset `from`. */
function batch(
  count: number,
  options: {
    readonly from?: number;
    readonly partition?: number;
    readonly bytes?: number;
    readonly memory?: ArrayBuffer;
  } = {},
): readonly ConsumedRecord[] {
  const { from = 0, partition = 0, bytes = recordBytes, memory = new ArrayBuffer(count * bytes) } = options;
  const origin = { topic: "orders", partition, leaderEpoch: undefined, timestampType: "createTime" } as const;
  const fields = {
    offsetAt: (at: number) => BigInt(from + at),
    timestampAt: () => 0n,
    keyAt: () => null,
    valueAt: () => new Uint8Array(bytes),
    headersAt: () => [],
    sizeAt: () => bytes,
    memory,
    copyOf: (at: number, copied: number) => ({
      ...fields,
      offsetAt: (place: number) => BigInt(from + at + place),
      memory: new ArrayBuffer(copied * bytes),
    }),
  };
  return Array.from({ length: count }, (_, index) => new ConsumedRecord(origin, fields, index));
}

/** Each in a batch of its own: they take 1,000 bytes each. */
function loneRecords(count: number, from = 0): readonly ConsumedRecord[] {
  return Array.from({ length: count }, (_, index) => batch(1, { from: from + index })).flat();
}

const all = { fromIndex: 0, count: Number.POSITIVE_INFINITY };

test("the oldest records go first, whosever they are, and are counted", () => {
  const store = new RecordStore(10_000);

  store.add("a", loneRecords(5));
  store.add("b", loneRecords(8));

  expect(store.bytes).toBeLessThanOrEqual(10_000);
  expect(store.totals("a")).toEqual({ records: 2, bytes: 2_000, dropped: 3 });
  expect(store.totals("b")).toEqual({ records: 8, bytes: 8_000, dropped: 0 });
});

test("what is kept is the sum of what is listed, however it was shortened", () => {
  const store = new RecordStore(3_000_000);
  for (let round = 0; round < 30; round++) store.add("a", loneRecords(200, round * 200));

  store.setMaxBytes(100_000);

  const { records: kept, bytes, dropped } = store.totals("a");
  expect(store.slice("a", all)).toHaveLength(kept);
  expect(bytes).toBe(kept * 1_000);
  expect(kept + dropped).toBe(6_000);
  expect(store.slice("a", all).at(-1)?.record.offset).toBe(5_999n);
});

test("a record is found by its id as long as it is kept", () => {
  const store = new RecordStore(5_000);
  store.add("a", loneRecords(10));
  const listed = store.slice("a", all).map(({ recordId }) => recordId);

  const found = listed.map((id) => store.find("a", id)?.recordId);

  expect(listed).toHaveLength(5);
  expect(found).toEqual(listed);
  expect(store.find("a", 1)).toBeUndefined();
});

test("clearing one session leaves the other alone", () => {
  const store = new RecordStore(1_000_000);
  store.add("a", loneRecords(3));
  store.add("b", loneRecords(2));

  store.clear("a");

  expect(store.totals("a").records).toBe(0);
  expect(store.bytes).toBe(store.totals("b").bytes);
});

test("short memory lets go of half", () => {
  const store = new RecordStore(1_000_000);
  store.add("a", loneRecords(100));

  const dropped = store.shed();

  expect(dropped).toBe(50);
  expect(store.totals("a")).toMatchObject({ records: 50, dropped: 50 });
});

test("records of a batch keep their ids, offsets and order in whatever pieces the batch is delivered", () => {
  const store = new RecordStore(1_000_000);
  const delivered = batch(90, { from: 1_000 });

  store.add("a", delivered.slice(0, 30));
  store.add("a", delivered.slice(30, 31));
  store.add("b", batch(4));
  store.add("a", delivered.slice(31));

  const kept = store.slice("a", all);
  expect(kept.map(({ record }) => record.offset)).toEqual(delivered.map(({ offset }) => offset));
  expect(kept.map(({ recordId }) => recordId)).toEqual([
    ...Array.from({ length: 31 }, (_, index) => 1 + index),
    ...Array.from({ length: 59 }, (_, index) => 36 + index),
  ]);
  expect(
    kept.every(({ recordId, record }) => store.find("a", recordId)?.record.offset === record.offset),
  ).toBe(true);
});

test("a window into the list is the same as that part of all of it", () => {
  const store = new RecordStore(1_000_000);
  for (let at = 0; at < 12; at++) store.add("a", batch(7 + at, { from: at * 100, partition: at % 3 }));
  const offsets = (records: ReturnType<typeof store.slice>) => records.map(({ record }) => record.offset);
  const ofOne = { topic: "orders", partition: 1 };

  const windows = Array.from({ length: 40 }, (_, at) => ({ fromIndex: at * 4, count: 1 + (at % 23) }));

  for (const window of windows) {
    const end = window.fromIndex + window.count;
    expect(offsets(store.slice("a", window))).toEqual(
      offsets(store.slice("a", all)).slice(window.fromIndex, end),
    );
    expect(offsets(store.slice("a", window, ofOne))).toEqual(
      offsets(store.slice("a", all, ofOne)).slice(window.fromIndex, end),
    );
  }
  expect(store.count("a", ofOne)).toBe(store.slice("a", all, ofOne).length);
  expect(store.slice("a", all, ofOne).every(({ record }) => record.partition === 1)).toBe(true);
});

test("records are counted by partition, the partitions in order", () => {
  const store = new RecordStore(1_000_000);
  for (const partition of [2, 0, 2, 1]) store.add("a", batch(10, { partition }));

  const counts = store.countByPartition("a");

  expect(counts).toEqual([
    { topic: "orders", partition: 0, records: 10 },
    { topic: "orders", partition: 1, records: 10 },
    { topic: "orders", partition: 2, records: 20 },
  ]);
});

test("a batch larger than all that may be kept leaves its newest records", () => {
  const store = new RecordStore(200_000);

  store.add("a", batch(1_000));

  expect(store.bytes).toBeLessThanOrEqual(200_000);
  expect(store.bytes).toBeGreaterThan(100_000);
  expect(store.slice("a", all).at(-1)?.record.offset).toBe(999n);
});

test("single records of large responses do not keep all of the responses in memory", () => {
  const store = new RecordStore(1_000_000);
  const responses = Array.from({ length: 50 }, (_, at) => {
    const memory = new ArrayBuffer(1_000_000);
    return [...batch(100, { from: at * 1_000, memory }), ...batch(100, { from: at * 1_000 + 100, memory })];
  });

  for (const response of responses) store.add("a", [...response.slice(4, 7), ...response.slice(110, 112)]);

  const kept = store.slice("a", all);
  const offsets = [4, 5, 6, 110, 111];
  expect(kept.map(({ record }) => Number(record.offset))).toEqual(
    responses.flatMap((_, at) => offsets.map((offset) => at * 1_000 + offset)),
  );
  const memories = new Set(kept.map(({ record }) => record.memory));
  const heldBytes = Array.from(memories).reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(heldBytes).toBeLessThan(18_000_000);
});

test("what is delivered whole is not copied, however much it is", () => {
  const store = new RecordStore(5_000_000);
  const responses = Array.from({ length: 100 }, (_, at) =>
    batch(2_000, { from: at * 2_000, memory: new ArrayBuffer(2_000 * recordBytes) }),
  );

  for (const response of responses) store.add("a", response);

  const memories = new Set(store.slice("a", all).map(({ record }) => record.memory));
  expect(Array.from(memories).every(({ byteLength }) => byteLength === 2_000 * recordBytes)).toBe(true);
});

test("the place of a record is that of its id, or of the one after it when it was let go", () => {
  const store = new RecordStore(10_000);
  store.add("a", loneRecords(3));
  store.add("a", batch(3, { partition: 1, bytes: 10 }));
  store.add("a", loneRecords(9));

  const [first] = store.slice("a", all);
  const places = store.slice("a", all).map(({ recordId }) => store.indexOf("a", recordId));

  expect(first?.recordId).toBeGreaterThan(1);
  expect(places).toEqual(places.map((_, index) => index));
  expect(store.indexOf("a", 1)).toBe(0);
  expect(store.indexOf("a", 1_000)).toBe(store.count("a"));
  expect(store.indexOf("a", first?.recordId ?? 0, { topic: "orders", partition: 1 })).toBe(0);
});
