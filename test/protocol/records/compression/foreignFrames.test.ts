import { createHash } from "node:crypto";
import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { type CompressionName, compress, decompress } from "#protocol/records/compression/codec.ts";
import { CompressionError } from "#protocol/records/compression/compressionError.ts";
import { createZstd } from "#protocol/records/compression/zstd.ts";
import { fixtureBytes, foreignFrames } from "../support/fixtures.ts";

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const ownZstd = createZstd({ native: {} });

function open(codec: CompressionName | "own zstd", bytes: Uint8Array, maxBytes: number): Uint8Array {
  return codec === "own zstd" ? ownZstd.decompress(bytes, maxBytes) : decompress(codec, bytes, maxBytes);
}

const cases = foreignFrames().flatMap((frame) =>
  frame.codec === "zstd" ? [frame, { ...frame, codec: "own zstd" as const }] : [frame],
);

describe.each(cases)("$name by $codec", ({ name, codec, contentBytes, sha256: digest }) => {
  const stored = fixtureBytes(name);

  test("opens to what was put in", () => {
    const content = open(codec, stored, 1 << 20);

    expect(content.length).toBe(contentBytes);
    expect(sha256(content)).toBe(digest);
  });

  test("opens under a limit of exactly its size, and fails one byte below", () => {
    const content = open(codec, stored, contentBytes);

    expect(content.length).toBe(contentBytes);
    if (contentBytes > 0) {
      expect(() => open(codec, stored, contentBytes - 1)).toThrow(
        expect.objectContaining({ code: "expandsPastLimit" }),
      );
    }
  });

  test("opens in the middle of other bytes", () => {
    const around = new Uint8Array(stored.length + 11).fill(0xa5);
    around.set(stored, 7);

    const content = open(codec, around.subarray(7, 7 + stored.length), 1 << 20);

    expect(sha256(content)).toBe(digest);
  });

  test("is an error at every length short of whole, unless whole frames remain", () => {
    const step = Math.max(1, Math.floor(stored.length / 150));
    for (let length = 0; length < stored.length; length += step) {
      let content: Uint8Array | undefined;
      try {
        content = open(codec, stored.subarray(0, length), 1 << 20);
      } catch (failure) {
        expect(CompressionError.is(failure, "corrupt"), String(failure)).toBe(true);
      }
      if (content !== undefined) expect(content.length, `cut at ${length}`).toBeLessThan(contentBytes);
    }
  });
});

describe.each(["gzip", "snappy", "lz4", "zstd"] as const)("%s", (codec) => {
  test("opens what it wrote itself, whatever the length", () => {
    for (const length of [
      0, 1, 3, 4, 5, 11, 12, 13, 60, 61, 255, 256, 300, 65_535, 65_536, 65_537, 200_000,
    ]) {
      for (const content of [new Uint8Array(length), text(length), noise(length)]) {
        const stored = compress(codec, content);

        expect(Buffer.compare(decompress(codec, stored, length), content), `${codec} ${length}`).toBe(0);
      }
    }
  });

  test("makes repetitive content much smaller", () => {
    const content = text(100_000);

    const stored = compress(codec, content);

    // Without node:zlib's Zstandard we store, which every reader understands.
    const isStored = codec === "zstd" && zlib.zstdCompressSync === undefined;
    expect(stored.length).toBeLessThan(isStored ? 100_100 : 50_000);
  });
});

function text(length: number): Uint8Array {
  const words = Array.from(
    { length: Math.ceil(length / 8) },
    (_, index) => `order ${(index * index) % 997} `,
  );
  return new TextEncoder().encode(words.join("")).subarray(0, length);
}

function noise(length: number): Uint8Array {
  let state = 1;
  return new Uint8Array(length).map(() => {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    return state >>> 16;
  });
}
