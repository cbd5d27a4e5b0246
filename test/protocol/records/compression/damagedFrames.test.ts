import { describe, expect, test } from "vitest";
import { type Random, randomInt, seededRandom } from "#base/random.ts";
import { type CompressionName, compress, decompress } from "#protocol/records/compression/codec.ts";
import { CompressionError } from "#protocol/records/compression/compressionError.ts";
import { fixtureBytes, foreignFrames } from "../support/fixtures.ts";

const maxBytes = 100_000;

/** Up to three bytes changed, and sometimes the end cut off. */
function damage(original: Uint8Array, random: Random): Uint8Array {
  const length = randomInt(random, 5) === 0 ? 1 + randomInt(random, original.length) : original.length;
  const damaged = original.slice(0, length);
  for (let change = randomInt(random, 3); change >= 0; change--) {
    damaged[randomInt(random, length)] = randomInt(random, 256);
  }
  return damaged;
}

/** How much there is inside; 0 when it is refused. */
function contentBytes(codec: CompressionName, stored: Uint8Array): number {
  try {
    return decompress(codec, stored, maxBytes).length;
  } catch (failure) {
    if (!CompressionError.is(failure)) throw failure;
    return 0;
  }
}

describe.each(["gzip", "snappy", "lz4", "zstd"] as const)("damaged %s", (codec) => {
  test("is opened to something within the limit, or refused, and nothing else", () => {
    const random = seededRandom(31);
    const frames = foreignFrames()
      .filter((each) => each.codec === codec)
      .map(({ name }) => fixtureBytes(name))
      .concat([compress(codec, new Uint8Array(70_000)), compress(codec, random.bytes(300))])
      .filter((each) => each.length < 20_000);
    for (let round = 0; round < 2000; round++) {
      const original = frames[round % frames.length] ?? new Uint8Array(1);

      const length = contentBytes(codec, damage(original, random));

      expect(length).toBeLessThanOrEqual(maxBytes);
    }
  });
});
