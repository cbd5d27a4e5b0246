import { AssignerProtocol } from "kafkajs";
import { describe, expect, test } from "vitest";
import type { AssignorMember } from "#assignors/assignor.ts";
import { kafkajsRoundRobin, roundRobin } from "#assignors/roundRobin.ts";
import { topicPartitionText } from "#base/topicPartition.ts";
import { decodeSubscription, encodeAssignment, encodeSubscription } from "#engine/group/subscription.ts";

function member(memberId: string, topics: readonly string[], groupInstanceId?: string): AssignorMember {
  return { memberId, topics, groupInstanceId, ownedPartitions: [] };
}

function assign(members: readonly AssignorMember[], counts: Record<string, number>): Record<string, string> {
  const topics = new Map(
    Object.entries(counts).map(([topic, partitionCount]) => [topic, { partitionCount }]),
  );
  return Object.fromEntries(
    Array.from(roundRobin.assign(members, topics), ([memberId, partitions]) => [
      memberId,
      partitions.map(topicPartitionText).join(" "),
    ]),
  );
}

describe("round-robin", () => {
  test.each([
    {
      title: "partitions of all topics are dealt in turn",
      members: [member("b", ["t", "u"]), member("a", ["t", "u"])],
      counts: { u: 3, t: 3 },
      expected: { a: "t-0 t-2 u-1", b: "t-1 u-0 u-2" },
    },
    {
      title: "who does not subscribe is passed over",
      members: [member("a", ["t"]), member("b", ["t", "u"]), member("c", ["t", "u", "v"])],
      counts: { t: 1, u: 2, v: 3 },
      expected: { a: "t-0", b: "u-0", c: "u-1 v-0 v-1 v-2" },
    },
    {
      title: "static members come first, by instance id",
      members: [member("a", ["t"]), member("z", ["t"], "i1")],
      counts: { t: 2 },
      expected: { a: "t-1", z: "t-0" },
    },
    {
      title: "a topic that does not exist, or that nobody subscribes to, is left out",
      members: [member("a", ["gone"])],
      counts: { t: 2 },
      expected: { a: "" },
    },
  ])("$title", ({ members, counts, expected }) => {
    const assignment = assign(members, counts);

    expect(assignment).toEqual(expected);
  });
});

describe("beside kafkajs", () => {
  test("what a kafkajs member says of itself is read", () => {
    const metadata = AssignerProtocol.MemberMetadata.encode({
      version: 0,
      topics: ["t", "u"],
      userData: Buffer.alloc(0),
    });

    const read = decodeSubscription("m", null, metadata);

    expect(read).toMatchObject({ ok: true, value: { topics: ["t", "u"], ownedPartitions: [] } });
  });

  test("kafkajs reads what we say of ourselves", () => {
    const metadata = encodeSubscription({
      topics: ["t"],
      userData: null,
      owned: [],
      generationId: 4,
      rackId: "east",
    });

    const read = AssignerProtocol.MemberMetadata.decode(Buffer.from(metadata));

    expect(read).toMatchObject({ topics: ["t"] });
  });

  test("kafkajs reads what we assign as leader", () => {
    const topics = new Map([["t", { partitionCount: 3 }]]);
    const members = [member("a", ["t"]), member("b", ["t"])];

    const assigned = kafkajsRoundRobin.assign(members, topics).get("a") ?? [];
    const read = AssignerProtocol.MemberAssignment.decode(Buffer.from(encodeAssignment(assigned)));

    expect(kafkajsRoundRobin.name).toBe("RoundRobinAssigner");
    expect(read?.assignment).toEqual({ t: [0, 2] });
  });
});
