import { describe, expect, test } from "vitest";
import type { AssignorMember } from "#assignors/assignor.ts";
import { range } from "#assignors/range.ts";
import { topicPartitionText } from "#base/topicPartition.ts";

function member(memberId: string, topics: readonly string[], groupInstanceId?: string): AssignorMember {
  return { memberId, topics, ownedPartitions: [], groupInstanceId };
}

function assign(members: readonly AssignorMember[], partitionCounts: Record<string, number>) {
  const topics = new Map(
    Object.entries(partitionCounts).map(([topic, partitionCount]) => [topic, { partitionCount }]),
  );
  const assignment = range.assign(members, topics);
  return Object.fromEntries(
    Array.from(assignment, ([memberId, partitions]) => [
      memberId,
      partitions.map(topicPartitionText).join(" "),
    ]),
  );
}

describe("range", () => {
  // The cases and numbers of Java's RangeAssignor.
  const cases = [
    {
      title: "one member takes every partition",
      members: [member("a", ["t"])],
      topics: { t: 3 },
      expected: { a: "t-0 t-1 t-2" },
    },
    {
      title: "the first members get one more when it does not divide",
      members: [member("b", ["t"]), member("a", ["t"])],
      topics: { t: 3 },
      expected: { a: "t-0 t-1", b: "t-2" },
    },
    {
      title: "every topic is divided on its own",
      members: [member("a", ["t", "u"]), member("b", ["t", "u"])],
      topics: { t: 3, u: 3 },
      expected: { a: "t-0 t-1 u-0 u-1", b: "t-2 u-2" },
    },
    {
      title: "only subscribers of a topic get its partitions",
      members: [member("a", ["t"]), member("b", ["t", "u"]), member("c", ["t"])],
      topics: { t: 3, u: 2 },
      expected: { a: "t-0", b: "t-1 u-0 u-1", c: "t-2" },
    },
    {
      title: "more members than partitions leaves the last ones empty",
      members: [member("a", ["t"]), member("b", ["t"])],
      topics: { t: 1 },
      expected: { a: "t-0", b: "" },
    },
    {
      title: "static members come first, by instance id",
      members: [member("a", ["t"]), member("z", ["t"], "i1"), member("y", ["t"], "i2")],
      topics: { t: 3 },
      expected: { a: "t-2", z: "t-0", y: "t-1" },
    },
    {
      title: "a topic that does not exist, or is named twice, changes nothing",
      members: [member("a", ["t", "t", "gone"])],
      topics: { t: 1 },
      expected: { a: "t-0" },
    },
  ] as const;

  test.each(cases)("$title", ({ members, topics, expected }) => {
    const assignment = assign(members, topics);

    expect(assignment).toEqual(expected);
  });
});
