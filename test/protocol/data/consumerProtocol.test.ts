import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { consumerProtocolAssignment } from "#protocol/data/consumerProtocolAssignment.ts";
import { consumerProtocolSubscription } from "#protocol/data/consumerProtocolSubscription.ts";
import { decodeData, encodeData } from "#protocol/data/dataSchema.ts";
import { CodecError } from "#protocol/wire/codecError.ts";

const fromHex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
const topics = "0000000100066f7264657273";

describe("a subscription", () => {
  const owned = [{ topic: "orders", partitions: [0, 1] }];

  test.each([
    [0, `0000${topics}ffffffff`],
    [1, `0001${topics}ffffffff${topics}000000020000000000000001`],
    [3, `0003${topics}ffffffff${topics}00000002000000000000000100000005000161`],
  ])("of version %i has that version in front", (version, hex) => {
    const body = { topics: ["orders"], ownedPartitions: owned, generationId: 5, rackId: "a" };

    expect(Buffer.from(encodeData(consumerProtocolSubscription, version, body)).toString("hex")).toBe(hex);
    expect(decodeData(consumerProtocolSubscription, fromHex(hex))).toMatchObject({
      ok: true,
      value: { version, body: { topics: ["orders"], userData: null } },
    });
  });

  test("of an old version has the defaults of what came later", () => {
    expect(decodeData(consumerProtocolSubscription, fromHex(`0000${topics}ffffffff`))).toEqual({
      ok: true,
      value: {
        version: 0,
        body: { topics: ["orders"], userData: null, ownedPartitions: [], generationId: -1, rackId: null },
      },
    });
  });

  test("newer than we know is read as the newest we know, and the rest is ignored", () => {
    const newer = `0009${topics}ffffffff00000000ffffffffffff0badcafe`;

    expect(decodeData(consumerProtocolSubscription, fromHex(newer))).toMatchObject({
      ok: true,
      value: { version: 9, body: { topics: ["orders"], generationId: -1 } },
    });
  });

  test.each([
    ["of a negative version", "ffff00000000ffffffff"],
    ["cut short", `0000${topics}`],
    ["without a version", ""],
    ["claiming more topics than it has bytes", "00007fffffff"],
  ])("%s is an error", (_what, hex) => {
    expect(decodeData(consumerProtocolSubscription, fromHex(hex))).toMatchObject({
      ok: false,
      error: expect.any(CodecError),
    });
  });

  test("cannot be encoded in a version that is not known", () => {
    expect(() => encodeData(consumerProtocolSubscription, 4, { topics: [] })).toThrow(CodecError);
  });
});

describe("an assignment", () => {
  test("is read as it was written", () => {
    const body = { assignedPartitions: [{ topic: "orders", partitions: [2] }], userData: Uint8Array.of(1) };

    const bytes = encodeData(consumerProtocolAssignment, 3, body);

    expect(decodeData(consumerProtocolAssignment, bytes)).toEqual({ ok: true, value: { version: 3, body } });
  });
});
