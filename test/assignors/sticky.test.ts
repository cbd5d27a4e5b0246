import { describe, expect, test } from "vitest";
import type { AssignorMember } from "#assignors/assignor.ts";
import { sticky } from "#assignors/sticky.ts";
import { assignmentUserData, readAssignmentClaim } from "#assignors/stickyUserData.ts";
import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";

const topics = new Map([["t", { partitionCount: 4 }]]);

function partitionsOf(...partitions: readonly number[]): TopicPartition[] {
  return partitions.map((partition) => ({ topic: "t", partition }));
}

/** A member as it joins an eager generation: it owns nothing, and tells what it had. */
function member(memberId: string, had: readonly number[], generationId?: number): AssignorMember {
  const userData = assignmentUserData({ assigned: partitionsOf(...had), generationId });
  return { memberId, topics: ["t"], ownedPartitions: [], generationId, userData };
}

function assign(...members: readonly AssignorMember[]): Record<string, string> {
  const assignment = sticky.assign(members, topics);
  return Object.fromEntries(
    Array.from(assignment, ([memberId, partitions]) => [
      memberId,
      partitions.map(topicPartitionText).join(" "),
    ]),
  );
}

describe("sticky", () => {
  test("members get back what they had, though they own nothing when they join", () => {
    const assignment = assign(member("a", [1, 3], 5), member("b", [0, 2], 5));

    expect(assignment).toEqual({ a: "t-1 t-3", b: "t-0 t-2" });
  });

  test("a newcomer gets its share at once", () => {
    const assignment = assign(member("a", [0, 1, 2, 3], 5), member("b", []));

    expect(assignment).toEqual({ a: "t-0 t-1", b: "t-2 t-3" });
  });

  test("the claim of an older generation loses (KIP-341)", () => {
    const assignment = assign(member("stale", [0, 1], 4), member("fresh", [0, 1], 5));

    expect(assignment).toEqual({ fresh: "t-0 t-1", stale: "t-2 t-3" });
  });

  test("what two members of one generation claim is given to whoever has room", () => {
    const assignment = assign(member("a", [0, 1], 5), member("b", [0, 2], 5));

    expect(assignment).toEqual({ a: "t-1 t-0", b: "t-2 t-3" });
  });

  test("before its first assignment a member says nothing", () => {
    const userData = sticky.subscriptionUserData?.({ generationId: undefined, assigned: [] });

    expect(userData).toBeNull();
  });

  test("user data of v0, without a generation, is understood", () => {
    const v1 = assignmentUserData({ assigned: partitionsOf(2), generationId: 5 });

    const claim = readAssignmentClaim(v1?.slice(0, -4));

    expect(claim).toEqual({ partitions: partitionsOf(2), generationId: undefined });
  });

  test.each([
    ["none", null],
    ["empty", new Uint8Array()],
    ["a hostile length", Uint8Array.of(0x7f, 0xff, 0xff, 0xff)],
    ["a negative length", Uint8Array.of(0xff, 0xff, 0xff, 0xf0)],
    ["half a topic", Uint8Array.of(0, 0, 0, 1, 0, 5, 116)],
  ])("user data that says nothing is no claim: %s", (_, userData) => {
    const claim = readAssignmentClaim(userData);

    expect(claim).toEqual({ partitions: [], generationId: undefined });
  });
});
