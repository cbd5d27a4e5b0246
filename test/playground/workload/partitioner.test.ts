import { Partitioners } from "kafkajs";
import { expect, test } from "vitest";
import { partitionForKey } from "#playground/workload/partitioner.ts";

const keys = [
  "21",
  "foobar",
  "a-little-bit-long-string",
  "a-little-bit-longer-string",
  "abc",
  "",
  "customer-0042",
];

test.each(keys)("the key %j lands where kafkajs and the Java client put it", (key) => {
  const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
    partitionId,
    leader: 1,
    partitionErrorCode: 0,
    replicas: [],
    isr: [],
  }));
  const theirs = Partitioners.DefaultPartitioner()({
    topic: "orders",
    partitionMetadata,
    message: { key: Buffer.from(key), value: null },
  });

  expect(partitionForKey(new TextEncoder().encode(key), 12)).toBe(theirs);
});
