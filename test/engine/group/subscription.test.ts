import { describe, expect, test } from "vitest";
import { decodeAssignment } from "#engine/group/subscription.ts";
import { consumerProtocolAssignment } from "#protocol/data/consumerProtocolAssignment.ts";
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
