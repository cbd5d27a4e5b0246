import { expect, test } from "vitest";
import { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import { decodeBatch, readBatches } from "#protocol/records/batchReader.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";

const origin = { topic: "orders", partition: 0, leaderEpoch: 3, timestampType: "createTime" } as const;

function recordsOfBatch(count: number): readonly ConsumedRecord[] {
  const records = Array.from({ length: count }, (_, index) => ({
    timestamp: BigInt(index),
    key: new Uint8Array(index),
    value: null,
    offsetDelta: index * 2,
  }));
  const [frame] = readBatches(encodeBatch({ baseOffset: 100n, records }));
  if (frame?.type !== "batch") throw new Error("no batch");
  const decoded = decodeBatch(frame);
  if (!decoded.ok) throw new Error(decoded.error.message);
  const fields = decoded.value.records;
  return records.map((_, index) => new ConsumedRecord(origin, fields, index));
}

test("any record of a batch is reached from the one before it", () => {
  const [first, ...rest] = recordsOfBatch(5);

  const reached = rest.map((_, index) => first?.after(index + 1));

  const seen = (record: ConsumedRecord | undefined) => [
    record?.offset,
    record?.timestamp,
    record?.sizeInBytes,
  ];
  expect(reached.map(seen)).toEqual(rest.map(seen));
});

test("only the record directly behind in the same batch is the next of another", () => {
  const [a, b, c] = recordsOfBatch(3);
  const [, otherB] = recordsOfBatch(3);
  if (!a || !b || !c || !otherB) throw new Error("three records each");

  const answers = [b.isNextOf(a), c.isNextOf(b), c.isNextOf(a), a.isNextOf(b), otherB.isNextOf(a)];

  expect(answers).toEqual([true, true, false, false, false]);
});
