import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Random, randomInt, seededRandom } from "#base/random.ts";
import { CompressionError } from "#protocol/records/compression/compressionError.ts";
import { createZstd } from "#protocol/records/compression/zstd.ts";
import { fixtureBytes, foreignFrames } from "../support/fixtures.ts";

const own = createZstd({ native: {} });
const native = createZstd({ native: zlib, ownUpToBytes: 0 });
const limit = 1 << 20;

/** The content, or why there is none. */
function attempt(codec: typeof own, bytes: Uint8Array): Uint8Array | "corrupt" | "expandsPastLimit" {
  try {
    return new Uint8Array(codec.decompress(bytes, limit));
  } catch (failure) {
    if (!CompressionError.is(failure)) throw failure;
    return failure.code;
  }
}

/** Content of every sort: runs, words, noise, and mixtures. */
function someContent(random: Random): Uint8Array {
  const content = new Uint8Array(
    randomInt(random, 2) === 0 ? randomInt(random, 400) : randomInt(random, 60_000),
  );
  const alphabet = 1 + randomInt(random, 256);
  const runs = 1 + randomInt(random, 20);
  for (let at = 0; at < content.length; at++) {
    const repeats = at > 300 && randomInt(random, runs) > 0;
    content[at] = repeats ? (content[at - 1 - (at % 299)] ?? 0) : randomInt(random, alphabet);
  }
  return content;
}

/** Frames of many levels where node:zlib can make them, else those of the fixtures. */
function someFrames(random: Random, count: number): readonly { readonly stored: Uint8Array }[] {
  const fixtures = foreignFrames()
    .filter(({ codec }) => codec === "zstd")
    .map(({ name }) => ({ stored: fixtureBytes(name) }));
  if (zlib.zstdCompressSync === undefined) return fixtures;
  const made = Array.from({ length: count }, () => {
    const level = randomInt(random, 23) - 3;
    const params = {
      [zlib.constants.ZSTD_c_compressionLevel]: level,
      [zlib.constants.ZSTD_c_checksumFlag]: randomInt(random, 2),
    };
    return { stored: new Uint8Array(zlib.zstdCompressSync(someContent(random), { params })) };
  });
  return [...fixtures, ...made];
}

describe("our own Zstandard decoder", () => {
  test("reads what node:zlib reads, at every level and for every sort of content", () => {
    for (const { stored } of someFrames(seededRandom(11), 120)) {
      const content = attempt(own, stored);

      expect(content).toBeInstanceOf(Uint8Array);
      expect(Buffer.compare(content as Uint8Array, attempt(native, stored) as Uint8Array)).toBe(0);
    }
  });

  test("under damage either fails or gives what node:zlib gives", () => {
    const random = seededRandom(12);
    const frames = someFrames(random, 40).filter(({ stored }) => stored.length < 20_000);
    let bothRead = 0;
    for (let round = 0; round < 1500; round++) {
      const mutated = (frames[round % frames.length]?.stored ?? new Uint8Array(1)).slice();
      for (let change = randomInt(random, 3); change >= 0; change--) {
        mutated[randomInt(random, mutated.length)] = randomInt(random, 256);
      }

      const content = attempt(own, mutated);

      const expected = attempt(native, mutated);
      // Either may be the stricter one: node:zlib verifies a frame's own checksum, and we the ends of bit streams.
      if (content instanceof Uint8Array && expected instanceof Uint8Array) {
        bothRead++;
        expect(Buffer.compare(content, expected), `round ${round}`).toBe(0);
      }
    }
    expect(bothRead).toBeGreaterThan(50);
  });

  test("takes no longer for a large window of many small blocks", () => {
    const blocks = 200_000;
    const frame = new Uint8Array(6 + 4 * blocks);
    const view = new DataView(frame.buffer);
    view.setUint32(0, 0xfd2f_b528, true);
    // A window of 128 MiB, and blocks that repeat one byte once.
    view.setUint8(5, 17 << 3);
    for (let block = 0; block < blocks; block++) {
      view.setUint32(6 + 4 * block, (1 << 3) | (1 << 1) | (block === blocks - 1 ? 1 : 0), true);
    }

    expect(attempt(own, frame)).toEqual(new Uint8Array(blocks));
  });

  test("ends a block at its size, however many sequences it claims", () => {
    // One literal, then 0x7f00 sequences by tables of one symbol each, every match as long as can be.
    const block = [0x08, 0x41, 0xff, 0, 0, 0x54, 0, 0, 52, ...new Array(70_000).fill(0xff)];
    const header = (block.length << 3) | (2 << 1) | 1;
    const frame = Uint8Array.from([
      ...[0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3],
      ...[header & 0xff, (header >>> 8) & 0xff, header >>> 16],
      ...block,
    ]);

    expect(attempt(own, frame)).toBe("corrupt");
  });
});

describe("a small Zstandard frame", () => {
  const inflated = Uint8Array.of(7);
  const codec = createZstd({ native: { zstdDecompressSync: () => inflated } });
  /** One segment of one stored byte; the descriptor says whether a checksum follows. */
  const frame = (descriptor: number, ...checksum: readonly number[]) =>
    Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, descriptor, 1, 0x09, 0, 0, 65, ...checksum]);

  test("is decoded by our own code", () => {
    expect(codec.decompress(frame(0x20), limit)).toEqual(Uint8Array.of(65));
  });

  test("with a checksum is left to node:zlib, which tests it", () => {
    expect(codec.decompress(frame(0x24, 1, 2, 3, 4), limit)).toEqual(inflated);
  });
});

describe("Zstandard without node:zlib", () => {
  test("writes what node:zlib and we ourselves can read", () => {
    for (const length of [0, 1, 255, 256, 131_072, 131_073, 400_000]) {
      const content = new Uint8Array(length).map((_, index) => index * 7);

      const stored = own.compress(content);

      expect(Buffer.compare(own.decompress(stored, length), content)).toBe(0);
      expect(Buffer.compare(native.decompress(stored, length), content)).toBe(0);
    }
  });

  test("looks for the functions when it is used, not before", () => {
    const late: { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array } = {};
    const codec = createZstd({ native: late });

    late.zstdCompressSync = () => Uint8Array.of(1, 2, 3);

    expect(codec.compress(new Uint8Array(1))).toEqual(Uint8Array.of(1, 2, 3));
  });
});

describe("frames in a row", () => {
  const content = new TextEncoder().encode("one after another");
  const skippable = Uint8Array.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]);

  test.each([
    ["ours", own],
    ["node:zlib", native],
  ])("are joined, and skippable ones are passed over: %s", (_name, codec) => {
    const frame = codec.compress(content);

    const read = codec.decompress(Buffer.concat([skippable, frame, skippable, frame, skippable]), 100);

    expect(new TextDecoder().decode(read)).toBe("one after anotherone after another");
  });

  test.each([
    ["a skippable frame that is cut", skippable.subarray(0, 9)],
    ["bytes that begin no frame", Uint8Array.of(1, 2, 3, 4, 5)],
    ["a frame with rubbish behind it", Buffer.concat([own.compress(content), Uint8Array.of(1, 2, 3, 4)])],
    ["a frame that needs a dictionary", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x21, 7, 0, 1, 0, 0)],
    ["a block of the reserved type", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 7, 0, 0)],
    ["nothing", new Uint8Array(0)],
  ])("%s is corrupt", (_name, bytes) => {
    expect(attempt(own, bytes)).toBe("corrupt");
    expect(attempt(native, bytes)).toBe("corrupt");
  });
});
