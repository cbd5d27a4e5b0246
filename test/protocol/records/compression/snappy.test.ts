import { describe, expect, test } from "vitest";
import { compress, decompress } from "#protocol/records/compression/codec.ts";

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

describe("Snappy", () => {
  const raw = Uint8Array.from([3, (3 - 1) << 2, 65, 66, 67]);

  test.each([
    ["nothing", [], /inside its length/],
    ["a length without end", [0xff, 0xff, 0xff, 0xff, 0xff, 1], /more than 5 bytes/],
    ["fewer bytes than it claims", [4, 8, 65, 66, 67], /holds 3 bytes, not the 4/],
    ["more bytes than it claims", [2, 8, 65, 66, 67], /exceeds/],
    ["a cut literal", [3, 8, 65], /inside a literal/],
    ["a cut copy", [9, 0, 65, 1], /inside an element/],
    ["a copy before the start", [9, 0, 65, 0x11, 5], /reaches 5 bytes back/],
    ["a copy at distance 0", [9, 0, 65, 0x11, 0], /reaches 0 bytes back/],
    ["a literal of 4 GiB", [9, 63 << 2, 0xff, 0xff, 0xff, 0xff], /exceeds/],
  ])("with %s is corrupt", (_what, bytes, message) => {
    const open = () => decompress("snappy", Uint8Array.from(bytes), 1000);

    expect(open).toThrow(expect.objectContaining({ code: "corrupt" }));
    expect(open).toThrow(message);
  });

  test.each([
    ["one byte", [9, 0, 65, ((8 - 4) << 2) | 1, 1]],
    ["two bytes", [9, 0, 65, ((8 - 1) << 2) | 2, 1, 0]],
    ["four bytes", [9, 0, 65, ((8 - 1) << 2) | 3, 1, 0, 0, 0]],
  ])("copies by distances of %s", (_what, bytes) => {
    expect(text(decompress("snappy", Uint8Array.from(bytes), 9))).toBe("AAAAAAAAA");
  });

  test.each([
    ["a cut header", 12, 0],
    ["a block length of 0", 20, 0],
    ["a negative block length", 20, -1],
    ["a block past the end", 20, 99],
    ["a newer version", 20, 5],
  ])("in snappy-java's framing with %s is corrupt", (what, length, blockBytes) => {
    const framed = new Uint8Array(length + (what === "a newer version" ? raw.length : 0));
    framed.set(compress("snappy", new Uint8Array(0)).subarray(0, length));
    const view = new DataView(framed.buffer);
    if (length >= 20) view.setInt32(16, blockBytes);
    if (what === "a newer version") view.setInt32(12, 2);

    expect(() => decompress("snappy", framed, 1000)).toThrow(expect.objectContaining({ code: "corrupt" }));
  });

  test("is opened up to a limit that all blocks share", () => {
    const stored = compress("snappy", new Uint8Array(100_000));

    expect(decompress("snappy", stored, 100_000).length).toBe(100_000);
    expect(() => decompress("snappy", stored, 99_999)).toThrow(
      expect.objectContaining({ code: "expandsPastLimit", message: "expands past 99999 bytes" }),
    );
  });
});
