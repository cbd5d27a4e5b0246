import { describe, expect, test } from "vitest";
import { decodeAssignment, decodeSubscription, encodeSubscription } from "#engine/group/subscription.ts";
import { consumerProtocolAssignment } from "#protocol/data/consumerProtocolAssignment.ts";
import { consumerProtocolSubscription } from "#protocol/data/consumerProtocolSubscription.ts";
import { encodeData } from "#protocol/data/dataSchema.ts";

function assignmentOf(partitions: readonly number[], topic = "orders"): Uint8Array {
  return encodeData(consumerProtocolAssignment, 1, {
    assignedPartitions: [{ topic, partitions }],
    userData: null,
  });
}

describe("an assignment of a foreign leader", () => {
  test("keeps no partition that cannot be, and none twice", () => {
    const decoded = decodeAssignment(assignmentOf([1, -1, 0, 1, -2_147_483_648]));

    expect(decoded).toEqual({ ok: true, value: [1, 0].map((partition) => ({ topic: "orders", partition })) });
  });

  test("with a million partitions is refused, instead of keeping the consumer busy for a minute", () => {
    const decoded = decodeAssignment(assignmentOf(Array.from({ length: 1_000_000 }, (_, index) => index)));

    expect(decoded).toMatchObject({
      ok: false,
      error: { message: "it has 1000000 partitions, more than the 10000 a debug consumer follows" },
    });
  });

  test("that is garbage is an error, not a crash", () => {
    expect(decodeAssignment(Uint8Array.of(9, 9, 255, 255, 255, 255, 1)).ok).toBe(false);
  });
});

describe("a subscription", () => {
  const partition = { topic: "orders", partition: 2 };

  test("says what is owned, in which generation, and where the member is", () => {
    const bytes = encodeSubscription({
      topics: ["b", "a"],
      userData: Uint8Array.of(1),
      owned: [partition],
      generationId: 7,
      rackId: "east",
    });

    expect(decodeSubscription("m", "i", bytes)).toEqual({
      ok: true,
      value: {
        memberId: "m",
        groupInstanceId: "i",
        topics: ["a", "b"],
        userData: Uint8Array.of(1),
        ownedPartitions: [partition],
        generationId: 7,
        rackId: "east",
      },
    });
  });

  test.each([
    [0, { ownedPartitions: [], generationId: undefined, rackId: undefined }],
    [1, { ownedPartitions: [partition], generationId: undefined, rackId: undefined }],
    [2, { ownedPartitions: [partition], generationId: 7, rackId: undefined }],
    [3, { ownedPartitions: [partition], generationId: 7, rackId: "east" }],
  ])("of version %d is read as far as it goes", (version, expected) => {
    const bytes = encodeData(consumerProtocolSubscription, version, {
      topics: ["orders"],
      userData: null,
      ownedPartitions: [{ topic: "orders", partitions: [2] }],
      generationId: 7,
      rackId: "east",
    });

    expect(decodeSubscription("m", null, bytes)).toMatchObject({ ok: true, value: expected });
  });

  test("that says version 1 and has what version 0 has, as Sarama wrote it, is read", () => {
    const bytes = encodeData(consumerProtocolSubscription, 0, { topics: ["orders"], userData: null });
    bytes[1] = 1;

    const read = decodeSubscription("m", null, bytes);

    expect(read).toMatchObject({ ok: true, value: { topics: ["orders"], ownedPartitions: [] } });
  });
});
