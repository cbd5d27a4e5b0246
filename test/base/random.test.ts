import { describe, expect, test } from "vitest";
import { randomInt, randomUuid, seededRandom } from "#base/random.ts";

describe("seededRandom", () => {
  test("the same seed gives the same numbers and bytes, another seed others", () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return [random.next(), random.next(), ...random.bytes(8)];
    };

    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test("whole numbers cover their range evenly and never leave it", () => {
    const random = seededRandom(1);
    const counts = [0, 0, 0, 0, 0];

    for (let index = 0; index < 10_000; index++) {
      const drawn = randomInt(random, counts.length);
      counts[drawn] = (counts[drawn] ?? Number.NaN) + 1;
    }

    expect(counts).toHaveLength(5);
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });
});

test("a UUID says its version and variant whatever was drawn", () => {
  const drawn = [0x00, 0xff].map((byte) =>
    randomUuid({ next: () => 0, bytes: (count) => new Uint8Array(count).fill(byte) }),
  );

  expect(drawn).toEqual(["00000000-0000-4000-8000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff"]);
});
