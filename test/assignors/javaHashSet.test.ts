import { expect, test } from "vitest";
import { JavaHashSet } from "#assignors/javaHashSet.ts";

const added = [40, 3, 17, 99, 0, 64, 5, 128, 31, 12, 77, 250, 8, 1_023, 2];

/** As a `HashSet<TopicPartition>` of Java 17 gave them, after each addition and when emptied from its first. */
test.each<[string, readonly number[], readonly number[]]>([
  [
    "orders",
    [40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40],
    [40, 8, 12, 77, 17, 250, 31, 1_023, 0, 64, 128, 2, 3, 99, 5],
  ],
  [
    "a topic with ünïcode and more",
    [40, 3, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17],
    [17, 250, 31, 1_023, 0, 64, 128, 3, 99, 2, 5, 40, 8, 77, 12],
  ],
  [
    "payments.retry-7",
    [40, 40, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17],
    [17, 77, 12, 40, 8, 5, 3, 99, 2, 0, 64, 128, 1_023, 31, 250],
  ],
])("partitions of %s come in the order of Java's set", (topic, whileAdding, whenEmptied) => {
  const set = new JavaHashSet(topic);

  const firsts = added.map((partition) => {
    set.add(partition);
    return set.first;
  });
  const emptied: number[] = [];
  for (let first = set.first; first !== undefined; first = set.first) {
    emptied.push(first);
    set.delete(first);
  }

  expect(firsts).toEqual(whileAdding);
  expect(emptied).toEqual(whenEmptied);
  expect(set.isEmpty).toBe(true);
});
