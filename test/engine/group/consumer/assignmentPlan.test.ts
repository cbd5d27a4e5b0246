import { describe, expect, test } from "vitest";
import {
  byId,
  cleanAssignment,
  type OwnedPartition,
  type PartitionsById,
  planAssignment,
} from "#engine/group/consumer/assignmentPlan.ts";

const names = new Map([
  ["id-a", "a"],
  ["id-b", "b"],
  ["id-a2", "a"],
]);
const nameOf = (topicId: string) => names.get(topicId);
const own = (topicId: string, ...partitions: number[]): OwnedPartition[] =>
  partitions.map((partition) => ({ topicId, topic: names.get(topicId) ?? "?", partition }));
const assigned = (topicId: string, ...partitions: number[]): PartitionsById => ({ topicId, partitions });

describe("from what is owned to what was assigned", () => {
  test.each<
    [
      string,
      {
        owned?: OwnedPartition[];
        target: PartitionsById[];
        giveUp?: OwnedPartition[];
        take?: OwnedPartition[];
        unknownIds?: string[];
      },
    ]
  >([
    ["everything is new", { target: [assigned("id-a", 0, 1)], take: own("id-a", 0, 1) }],
    ["nothing changed", { owned: own("id-a", 0), target: [assigned("id-a", 0)] }],
    ["nothing is left", { owned: own("id-a", 0, 1), target: [], giveUp: own("id-a", 0, 1) }],
    [
      "some goes and some comes",
      {
        owned: own("id-a", 0, 1),
        target: [assigned("id-a", 1, 2)],
        giveUp: own("id-a", 0),
        take: own("id-a", 2),
      },
    ],
    [
      "a topic is not known by name yet: the others are not held up",
      {
        target: [assigned("id-new", 0), assigned("id-b", 0)],
        take: own("id-b", 0),
        unknownIds: ["id-new"],
      },
    ],
    [
      "what is owned of a topic that metadata forgot stays",
      { owned: [{ topicId: "gone", topic: "g", partition: 0 }], target: [assigned("gone", 0)] },
    ],
    [
      "a topic was created anew: the old one goes before the new one is taken",
      {
        owned: own("id-a", 0),
        target: [assigned("id-a2", 0)],
        giveUp: own("id-a", 0),
        unknownIds: ["id-a2"],
      },
    ],
    [
      "two ids claim one name: only one of them is believed",
      { target: [assigned("id-a", 0), assigned("id-a2", 0)], take: own("id-a", 0), unknownIds: ["id-a2"] },
    ],
  ])("%s", (_, { owned = [], target, giveUp = [], take = [], unknownIds = [] }) => {
    const plan = planAssignment(owned, target, nameOf);

    expect(plan).toEqual({ giveUp, take, unknownIds });
  });

  test("a broker's assignment loses what is negative or said twice", () => {
    const hostile = [assigned("id-a", 1, -1, 1, 0), assigned("id-a", 0, 2), assigned("id-b", -7)];

    const clean = cleanAssignment(hostile);

    expect(clean).toEqual([assigned("id-a", 1, 0, 2), assigned("id-b")]);
  });

  test("an assignment that no debug consumer could follow is not even looked through", () => {
    const many = Array.from({ length: 101 }, (_, topic) =>
      assigned(`id-${topic}`, ...Array.from({ length: 100 }, () => 0)),
    );

    const clean = cleanAssignment(many);

    expect(clean).toBeUndefined();
  });

  test("what is owned is said by topic id", () => {
    const owned = [...own("id-a", 2), ...own("id-b", 0), ...own("id-a", 1)];

    const said = byId(owned);

    expect(said).toEqual([assigned("id-a", 2, 1), assigned("id-b", 0)]);
  });
});
