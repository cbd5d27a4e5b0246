import { expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { backoffMs } from "#network/backoff.ts";

test("waits grow to five seconds, are spread, and never vanish", () => {
  const random = seededRandom(3);

  const waits = [1, 2, 4, 8, 1_000].map((failures) => {
    const drawn = Array.from({ length: 500 }, () => backoffMs(random, failures));
    return { least: Math.min(...drawn), most: Math.max(...drawn) };
  });

  expect(waits.every(({ least }) => least >= 50)).toBe(true);
  expect(waits.map(({ most }) => Math.ceil(most / 100) * 100)).toEqual([100, 200, 800, 5_000, 5_000]);
  expect(waits[4]?.least).toBeLessThan(200);
});
