import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ServerAssignorMember } from "#assignors/serverSide/serverAssignor.ts";
import { serverAssignorByName } from "#assignors/serverSide/serverAssignorByName.ts";
import { uniform } from "#assignors/serverSide/uniform.ts";

type Partitions = Readonly<Record<string, readonly number[]>>;

function member(memberId: string, topics: readonly string[], target: Partitions = {}): ServerAssignorMember {
  const partitions = Object.entries(target).flatMap(([topic, numbers]) =>
    numbers.map((partition) => ({ topic, partition })),
  );
  return { memberId, groupInstanceId: undefined, topics, target: partitions };
}

function topicsOf(counts: Readonly<Record<string, number>>) {
  return new Map(Object.entries(counts).map(([topic, partitionCount]) => [topic, { partitionCount }]));
}

/** As `t0`, sorted. */
function assign(
  members: readonly ServerAssignorMember[],
  counts: Readonly<Record<string, number>>,
  name = "uniform",
) {
  const assignment = serverAssignorByName(name)?.assign(members, topicsOf(counts)) ?? new Map();
  return Object.fromEntries(
    Array.from(assignment, ([memberId, partitions]) => [
      memberId,
      partitions
        .map(({ topic, partition }: { topic: string; partition: number }) => `${topic}${partition}`)
        .sort(),
    ]),
  );
}

// The expected shares are those of Kafka 4.3's UniformAssignor and RangeAssignor for the same input.
describe("the coordinator divides as Kafka does", () => {
  test.each<
    [
      what: string,
      members: readonly ServerAssignorMember[],
      counts: Readonly<Record<string, number>>,
      expected: Readonly<Record<string, readonly string[]>>,
    ]
  >([
    ["all to the only member", [member("a", ["t"])], { t: 3 }, { a: ["t0", "t1", "t2"] }],
    [
      "the one more to the first",
      [member("a", ["t"], { t: [0, 1, 2] }), member("b", ["t"])],
      { t: 3 },
      { a: ["t0", "t1"], b: ["t2"] },
    ],
    [
      "what a member that left had, filling up one after the other",
      [member("a", ["t"], { t: [0, 1, 2] }), member("b", ["t"], { t: [3, 4, 5] })],
      { t: 9 },
      { a: ["t0", "t1", "t2", "t6"], b: ["t3", "t4", "t5", "t7", "t8"] },
    ],
    [
      "the one more to whoever has it already",
      [member("a", ["t"], { t: [0] }), member("b", ["t"], { t: [1, 2] })],
      { t: 3 },
      { a: ["t0"], b: ["t1", "t2"] },
    ],
    [
      "nothing of a topic nobody subscribes to",
      [member("a", ["t"], { u: [0] })],
      { t: 1, u: 1 },
      { a: ["t0"] },
    ],
    [
      "nothing to more members than partitions",
      [member("a", ["t"]), member("b", ["t"])],
      { t: 1 },
      { a: [], b: ["t0"] },
    ],
    [
      "each only what it subscribes to",
      [member("a", ["t", "u"]), member("b", ["u"])],
      { t: 2, u: 2 },
      { a: ["t0", "t1"], b: ["u0", "u1"] },
    ],
    ["nothing to nobody", [], { t: 1 }, {}],
  ])("%s", (_what, members, counts, expected) => {
    expect(assign(members, counts)).toEqual(expected);
  });

  test("range cuts each topic into runs, static members first", () => {
    const members = [member("a", ["t", "u"]), { ...member("z", ["t", "u"]), groupInstanceId: "one" }];

    expect(assign(members, { t: 3, u: 2 }, "range")).toEqual({ z: ["t0", "t1", "u0"], a: ["t2", "u1"] });
  });
});

const anyGroup = fc.record({
  counts: fc.record({ t: fc.nat(8), u: fc.nat(8), v: fc.nat(8) }),
  members: fc.array(fc.subarray(["t", "u", "v"], { minLength: 1 }), { minLength: 1, maxLength: 6 }),
  leaver: fc.nat(5),
});

test("whatever the group, everything subscribed is assigned once, evenly, and stays where it is", () => {
  fc.assert(
    fc.property(anyGroup, ({ counts, members, leaver }) => {
      const topics = topicsOf(counts);
      const fresh = members.map((subscribed, index) => member(`m${index}`, subscribed));
      const first = uniform.assign(fresh, topics);
      const kept = fresh.map((each) => ({ ...each, target: first.get(each.memberId) ?? [] }));

      const again = uniform.assign(kept, topics);
      const fewer = uniform.assign(
        kept.filter((_, index) => index !== leaver % members.length),
        topics,
      );

      const subscribed = new Set(members.flat());
      const total = Object.entries(counts).reduce(
        (sum, [name, count]) => sum + (subscribed.has(name) ? count : 0),
        0,
      );
      const given = Array.from(first.values()).flat();
      expect(given.length).toBe(total);
      expect(new Set(given.map(({ topic, partition }) => `${topic}${partition}`)).size).toBe(total);
      expect(again).toEqual(first);
      for (const [memberId, partitions] of fewer) {
        const before = first.get(memberId) ?? [];
        const alike = new Set(members.map((each) => each.join())).size === 1;
        if (alike) expect(partitions.slice(0, before.length)).toEqual(before);
      }
    }),
  );
});
