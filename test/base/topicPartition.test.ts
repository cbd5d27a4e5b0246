import { describe, expect, test } from "vitest";
import { compareTopicPartitions, TopicPartitionMap } from "#base/topicPartition.ts";

describe("TopicPartitionMap", () => {
  test("keeps apart topics whose names would collide as text", () => {
    const map = new TopicPartitionMap<string>();

    map.set({ topic: "a-1", partition: 2 }, "one").set({ topic: "a", partition: 12 }, "other");

    expect([map.get({ topic: "a-1", partition: 2 }), map.get({ topic: "a", partition: 12 })]).toEqual([
      "one",
      "other",
    ]);
    expect(map.has({ topic: "a", partition: 2 })).toBe(false);
  });

  test("its size is what is in it, through every change", () => {
    const map = new TopicPartitionMap<number>();
    const sizes: number[] = [];

    map.set({ topic: "a", partition: 0 }, 1).set({ topic: "a", partition: 1 }, 2);
    map.set({ topic: "a", partition: 0 }, 3);
    sizes.push(map.size);
    const deleted = [map.delete({ topic: "a", partition: 0 }), map.delete({ topic: "a", partition: 0 })];
    sizes.push(map.size);
    map.clear();
    sizes.push(map.size);

    expect(sizes).toEqual([2, 1, 0]);
    expect(deleted).toEqual([true, false]);
    expect([...map.keys()]).toEqual([]);
  });
});

test("partitions are ordered by topic, then by number and not by its text", () => {
  const partitions = [
    { topic: "b", partition: 0 },
    { topic: "a", partition: 10 },
    { topic: "a", partition: 9 },
  ];

  const sorted = partitions.toSorted(compareTopicPartitions);

  expect(sorted).toEqual([
    { topic: "a", partition: 9 },
    { topic: "a", partition: 10 },
    { topic: "b", partition: 0 },
  ]);
});
