import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AssignorMember, AssignorTopics, GroupAssignment } from "#assignors/assignor.ts";
import { cooperativeSticky } from "#assignors/cooperativeSticky.ts";
import { generationUserData } from "#assignors/stickyUserData.ts";
import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";

function partitionsOf(topic: string, ...partitions: readonly number[]): TopicPartition[] {
  return partitions.map((partition) => ({ topic, partition }));
}

function topicsOf(partitionCounts: Record<string, number>): AssignorTopics {
  return new Map(
    Object.entries(partitionCounts).map(([topic, partitionCount]) => [topic, { partitionCount }]),
  );
}

function asText(assignment: GroupAssignment): Record<string, string> {
  return Object.fromEntries(
    Array.from(assignment, ([memberId, partitions]) => [
      memberId,
      partitions.map(topicPartitionText).join(" "),
    ]),
  );
}

/** What members would say in the next JoinGroup after they followed this assignment. */
function follow(
  members: readonly AssignorMember[],
  assignment: GroupAssignment,
  generationId: number,
): AssignorMember[] {
  return members.map((member) => ({
    ...member,
    generationId,
    ownedPartitions: assignment.get(member.memberId) ?? [],
  }));
}

describe("cooperative-sticky", () => {
  test("a newcomer gets nothing that is still consumed, and its share in the next generation", () => {
    const topics = topicsOf({ t: 4 });
    const members: AssignorMember[] = [
      { memberId: "a", topics: ["t"], ownedPartitions: partitionsOf("t", 0, 1, 2, 3), generationId: 1 },
      { memberId: "b", topics: ["t"], ownedPartitions: [] },
    ];

    const first = cooperativeSticky.assign(members, topics);
    const second = cooperativeSticky.assign(follow(members, first, 2), topics);

    expect(asText(first)).toEqual({ a: "t-0 t-1", b: "" });
    expect(asText(second)).toEqual({ a: "t-0 t-1", b: "t-2 t-3" });
  });

  test("what a member left behind is given away at once", () => {
    const members: AssignorMember[] = [
      { memberId: "a", topics: ["t"], ownedPartitions: partitionsOf("t", 0, 1), generationId: 5 },
      { memberId: "b", topics: ["t"], ownedPartitions: [] },
    ];

    const assignment = cooperativeSticky.assign(members, topicsOf({ t: 4 }));

    expect(asText(assignment)).toEqual({ a: "t-0 t-1", b: "t-2 t-3" });
  });

  test("the claim of an older generation loses to a newer one (KIP-792)", () => {
    const members: AssignorMember[] = [
      { memberId: "stale", topics: ["t"], ownedPartitions: partitionsOf("t", 0, 1), generationId: 3 },
      { memberId: "fresh", topics: ["t"], ownedPartitions: partitionsOf("t", 0, 1), generationId: 4 },
    ];

    const assignment = cooperativeSticky.assign(members, topicsOf({ t: 2 }));

    expect(assignment.get("fresh")).toHaveLength(1);
    expect(assignment.get("stale")).toHaveLength(0);
  });

  test("what only a member of an older generation claims is not taken from it in one step", () => {
    const members: AssignorMember[] = [
      { memberId: "a", topics: ["t"], ownedPartitions: [], generationId: 4 },
      { memberId: "stale", topics: ["t"], ownedPartitions: partitionsOf("t", 0, 1), generationId: 3 },
    ];

    const assignment = cooperativeSticky.assign(members, topicsOf({ t: 2 }));

    expect(asText(assignment)).toEqual({ a: "", stale: "t-0" });
  });

  test("two claims of one generation make both let go", () => {
    const members: AssignorMember[] = ["a", "b"].map((memberId) => ({
      memberId,
      topics: ["t"],
      ownedPartitions: partitionsOf("t", 0),
      generationId: 2,
    }));

    const assignment = cooperativeSticky.assign(members, topicsOf({ t: 2 }));

    const all = Array.from(assignment.values()).flat();
    expect(all).toEqual(partitionsOf("t", 1));
  });

  test("the generation of a subscription v1 is read from its user data", () => {
    const members: AssignorMember[] = [
      {
        memberId: "old",
        topics: ["t"],
        ownedPartitions: partitionsOf("t", 0),
        userData: generationUserData(6),
      },
      {
        memberId: "new",
        topics: ["t"],
        ownedPartitions: partitionsOf("t", 0),
        userData: generationUserData(7),
      },
    ];

    const assignment = cooperativeSticky.assign(members, topicsOf({ t: 1 }));

    expect(asText(assignment)).toEqual({ new: "t-0", old: "" });
  });

  test("members with different topics are evened out by single moves, as Java does it", () => {
    const members: AssignorMember[] = [
      { memberId: "a", topics: ["t"], ownedPartitions: partitionsOf("t", 0, 1, 2, 3), generationId: 1 },
      { memberId: "b", topics: ["t", "u"], ownedPartitions: partitionsOf("u", 0), generationId: 1 },
      { memberId: "c", topics: ["u"], ownedPartitions: partitionsOf("u", 1), generationId: 1 },
    ];

    const settled = settle(members, topicsOf({ t: 4, u: 2 }));

    expect(Array.from(settled.values(), (partitions) => partitions.length)).toEqual([3, 2, 1]);
  });

  test("a stale claim does not let its member have at once what a later one still consumes", () => {
    const members: AssignorMember[] = [
      { memberId: "fresh", topics: ["t"], ownedPartitions: partitionsOf("t", 0, 1, 2), generationId: 8 },
      { memberId: "other", topics: ["t"], ownedPartitions: partitionsOf("t", 3), generationId: 8 },
      { memberId: "stale", topics: ["t"], ownedPartitions: partitionsOf("t", 0, 1, 2), generationId: 7 },
    ];

    const first = cooperativeSticky.assign(members, topicsOf({ t: 4 }));
    const second = cooperativeSticky.assign(follow(members, first, 9), topicsOf({ t: 4 }));

    expect(asText(first)).toEqual({ fresh: "t-0 t-1", other: "t-3", stale: "" });
    expect(asText(second)).toEqual({ fresh: "t-0 t-1", other: "t-3", stale: "t-2" });
  });

  test("any group settles: every partition has one owner, as even as subscriptions allow, and stays put", () => {
    const group = fc.record({
      counts: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }),
      members: fc.array(
        fc.record({
          topics: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }),
          owned: fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 8 })), {
            maxLength: 8,
          }),
          generationId: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    });
    fc.assert(
      fc.property(group, ({ counts, members }) => {
        const topics = topicsOf(Object.fromEntries(counts.map((count, index) => [`t${index}`, count])));
        const asMembers = members.map(
          (member, index): AssignorMember => ({
            memberId: `m${index}`,
            topics: member.topics.map((topic) => `t${topic}`),
            ownedPartitions: member.owned.map(([topic, partition]) => ({ topic: `t${topic}`, partition })),
            generationId: member.generationId,
          }),
        );

        const settled = settle(asMembers, topics);

        expectOneOwnerEach(asMembers, topics, settled);
        const again = cooperativeSticky.assign(follow(asMembers, settled, 100), topics);
        expect(asText(again)).toEqual(asText(settled));
      }),
      { numRuns: 300 },
    );
  });
});

/** Generations follow each other until the assignment no longer changes, as members rejoin after they let go. */
function settle(members: readonly AssignorMember[], topics: AssignorTopics): GroupAssignment {
  let current = members;
  let text = "";
  for (let generationId = 10; generationId < 20; generationId++) {
    const assignment = cooperativeSticky.assign(current, topics);
    expectNoTransferInOneStep(current, assignment);
    const next = JSON.stringify(asText(assignment));
    if (next === text) return assignment;
    text = next;
    current = follow(members, assignment, generationId);
  }
  throw new Error("the group did not settle within ten generations");
}

/** Nobody is given what somebody else says it is consuming, except by a claim of a later generation. */
function expectNoTransferInOneStep(members: readonly AssignorMember[], assignment: GroupAssignment): void {
  for (const [memberId, partitions] of assignment) {
    for (const { topic, partition } of partitions) {
      const owns = (member: AssignorMember) =>
        member.ownedPartitions.some((owned) => owned.topic === topic && owned.partition === partition);
      const self = members.find((member) => member.memberId === memberId);
      if (self && owns(self)) continue;
      expect(members.filter(owns)).toEqual([]);
    }
  }
}

function expectOneOwnerEach(
  members: readonly AssignorMember[],
  topics: AssignorTopics,
  assignment: GroupAssignment,
): void {
  const owners = new Map<string, string>();
  for (const [memberId, partitions] of assignment) {
    for (const partition of partitions) {
      const text = topicPartitionText(partition);
      expect(owners.has(text)).toBe(false);
      owners.set(text, memberId);
      expect(members.find((member) => member.memberId === memberId)?.topics).toContain(partition.topic);
    }
  }
  for (const [topic, { partitionCount }] of topics) {
    if (!members.some((member) => member.topics.includes(topic))) continue;
    for (let partition = 0; partition < partitionCount; partition++) {
      expect(owners.has(topicPartitionText({ topic, partition }))).toBe(true);
    }
  }
}
