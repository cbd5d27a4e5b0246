import { describe, expect, test } from "vitest";
import { decompress } from "#protocol/records/compression/codec.ts";
import { xxhash32 } from "#protocol/records/compression/xxhash32.ts";

const content = new TextEncoder().encode("abcabcabcabcabcabcabc, and so on");
const block = [0x3e, 0x61, 0x62, 0x63, 3, 0, 0xb0, ...new TextEncoder().encode(", and so on")];

function littleEndian(value: number): readonly number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

/** A frame with this header, its checksum made from `checksumOver`. */
function frame(
  descriptor: readonly number[],
  blocks: readonly number[],
  checksumOver: readonly number[] = descriptor,
): Uint8Array {
  const checksum = (xxhash32(Uint8Array.from(checksumOver)) >>> 8) & 0xff;
  return Uint8Array.from([0x04, 0x22, 0x4d, 0x18, ...descriptor, checksum, ...blocks]);
}

const oneBlock = [...littleEndian(block.length), ...block];
const plain = frame([0x60, 0x40], [...oneBlock, 0, 0, 0, 0]);

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

describe("xxHash32", () => {
  test.each([
    ["", 0x02cc_5d05],
    ["a", 0x550d_7456],
    ["abc", 0x32d1_53ff],
    ["Nobody inspects the spammish repetition", 0xe229_3b2f],
  ])("of '%s' is the published one", (input, expected) => {
    expect(xxhash32(new TextEncoder().encode(input))).toBe(expected);
  });
});

describe("LZ4 frames", () => {
  test("made by hand are read", () => {
    expect(text(decompress("lz4", plain, 100))).toBe(text(content));
  });

  test("with the header checksum of Kafka's old message formats are read", () => {
    const magicToo = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40];

    expect(text(decompress("lz4", frame([0x60, 0x40], [...oneBlock, 0, 0, 0, 0], magicToo), 100))).toBe(
      text(content),
    );
  });

  test("of the legacy form, alone or before others, are read", () => {
    const legacy = Uint8Array.from([0x02, 0x21, 0x4c, 0x18, ...oneBlock, ...oneBlock]);

    expect(text(decompress("lz4", legacy, 100))).toBe(text(content).repeat(2));
    expect(text(decompress("lz4", Buffer.concat([legacy, plain]), 100))).toBe(text(content).repeat(3));
    expect(() => decompress("lz4", legacy, 50)).toThrow(
      expect.objectContaining({ code: "expandsPastLimit" }),
    );
  });

  test("in a row, with skippable ones between, are joined", () => {
    const skippable = Uint8Array.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7]);

    const read = decompress("lz4", Buffer.concat([skippable, plain, skippable, plain]), 100);

    expect(text(read)).toBe(text(content).repeat(2));
  });

  test("may refer to an earlier block when blocks are linked, and not otherwise", () => {
    // The second block begins with a match that reaches into the first.
    const second = [0x0f, 11, 0, 0, 0x50, ...new TextEncoder().encode("12345")];
    const blocks = [...oneBlock, ...littleEndian(second.length), ...second, 0, 0, 0, 0];

    expect(text(decompress("lz4", frame([0x40, 0x40], blocks), 100))).toBe(
      `${text(content)}, and so on, and so12345`,
    );
    expect(() => decompress("lz4", frame([0x60, 0x40], blocks), 100)).toThrow(/reaches 11 bytes back/);
  });

  test.each([
    ["a wrong header checksum", frame([0x60, 0x40], oneBlock, [1]), /header checksum/],
    ["a dictionary", frame([0x61, 0x40, 0, 0, 0, 0], oneBlock), /dictionary/],
    ["an unknown version", frame([0xa0, 0x40], oneBlock), /version 2/],
    ["reserved bits", frame([0x62, 0x40], oneBlock), /reserved/],
    ["a block size code below 4", frame([0x60, 0x30], oneBlock), /size code 3/],
    ["a wrong block checksum", frame([0x70, 0x40], [...oneBlock, 1, 2, 3, 4]), /block checksum/],
    [
      "a wrong content checksum",
      frame([0x64, 0x40], [...oneBlock, 0, 0, 0, 0, 1, 2, 3, 4]),
      /content checksum/,
    ],
    [
      "a wrong content size",
      frame([0x68, 0x40, 9, 0, 0, 0, 0, 0, 0, 0], [...oneBlock, 0, 0, 0, 0]),
      /claims/,
    ],
    ["no end mark", frame([0x60, 0x40], oneBlock), /cut/],
    ["a block larger than the frame's", frame([0x60, 0x40], littleEndian(65_537)), /exceeds/],
    ["a block longer than the bytes", frame([0x60, 0x40], littleEndian(50)), /ends inside a block/],
    [
      "a match before the start",
      frame([0x60, 0x40], [...littleEndian(4), 0x10, 65, 2, 0, 0, 0, 0, 0]),
      /back/,
    ],
    ["a match at distance 0", frame([0x60, 0x40], [...littleEndian(4), 0x10, 65, 0, 0, 0, 0, 0, 0]), /back/],
    ["another magic number", Uint8Array.of(1, 2, 3, 4, 5), /no LZ4 frame begins with 0x04030201/],
    ["a cut skippable frame", Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 9, 0, 0, 0), /skippable frame is cut/],
    ["nothing", new Uint8Array(0), /magic number/],
  ])("with %s are corrupt", (_what, bytes, message) => {
    const open = () => decompress("lz4", bytes, 1000);

    expect(open).toThrow(expect.objectContaining({ code: "corrupt" }));
    expect(open).toThrow(message);
  });
});
