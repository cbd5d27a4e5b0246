import { expect, test } from "vitest";
import { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import { RecordStore } from "#host/sessions/recordStore.ts";

const value = new Uint8Array(800);

function records(count: number, from = 0): readonly ConsumedRecord[] {
  return Array.from(
    { length: count },
    (_, index) =>
      new ConsumedRecord(
        { topic: "orders", partition: 0, leaderEpoch: undefined, timestampType: "createTime" },
        {
          offsetAt: (at) => BigInt(from + at),
          timestampAt: () => 0n,
          keyAt: () => null,
          valueAt: () => value,
          headersAt: () => [],
        },
        index,
      ),
  );
}

test("the oldest records go first, whosever they are, and are counted", () => {
  const store = new RecordStore(10_000);
  store.add("a", records(5));
  store.add("b", records(8));

  expect(store.bytes).toBeLessThanOrEqual(10_000);
  expect(store.totals("a")).toEqual({ records: 2, bytes: 2_000, dropped: 3 });
  expect(store.totals("b")).toEqual({ records: 8, bytes: 8_000, dropped: 0 });
});

test("what is kept is the sum of what is listed, however it was shortened", () => {
  const store = new RecordStore(3_000_000);
  for (let round = 0; round < 30; round++) store.add("a", records(200, round * 200));

  store.setMaxBytes(100_000);

  const { records: kept, bytes, dropped } = store.totals("a");
  expect(store.list("a")).toHaveLength(kept);
  expect(bytes).toBe(kept * 1_000);
  expect(kept + dropped).toBe(6_000);
  expect(store.list("a").at(-1)?.record.offset).toBe(5_999n);
});

test("a record is found by its id as long as it is kept", () => {
  const store = new RecordStore(5_000);
  store.add("a", records(10));
  const listed = store.list("a").map(({ recordId }) => recordId);

  expect(listed.map((id) => store.find("a", id)?.recordId)).toEqual(listed);
  expect(store.find("a", 1)).toBeUndefined();
});

test("clearing one session leaves the other alone", () => {
  const store = new RecordStore(1_000_000);
  store.add("a", records(3));
  store.add("b", records(2));

  store.clear("a");

  expect(store.totals("a").records).toBe(0);
  expect(store.bytes).toBe(store.totals("b").bytes);
});

test("short memory lets go of half", () => {
  const store = new RecordStore(1_000_000);
  store.add("a", records(100));

  const dropped = store.shed();

  expect(dropped).toBe(50);
  expect(store.totals("a")).toMatchObject({ records: 50, dropped: 50 });
});
