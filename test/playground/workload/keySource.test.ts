import { expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { keySource } from "#playground/workload/keySource.ts";
import type { KeySpread } from "#playground/workload/workloadOptions.ts";

const draws = 20_000;

/** How often each key came. */
function drawn(keys: KeySpread): ReadonlyMap<number | undefined, number> {
  const next = keySource(keys, seededRandom(3));
  const counts = new Map<number | undefined, number>();
  for (let draw = 0; draw < draws; draw++) {
    const key = next();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

test("a Zipf distribution gives the nth key its share of the first one's", () => {
  const counts = drawn({ spread: "zipf", count: 1_000, exponent: 1 });

  const first = counts.get(1) ?? 0;
  expect(first / draws).toBeCloseTo(1 / 7.485, 1);
  for (const key of [2, 3, 5]) expect((counts.get(key) ?? 0) / first).toBeCloseTo(1 / key, 1);
});

test("a hot key has its share, the others divide the rest", () => {
  const counts = drawn({ spread: "hot", count: 11, hotShare: 0.8 });

  expect((counts.get(1) ?? 0) / draws).toBeCloseTo(0.8, 1);
  expect(counts.size).toBe(11);
});

test("an even spread gives every key about the same", () => {
  const counts = drawn({ spread: "even", count: 10 });

  expect([...counts.keys()].sort()).toEqual([1, 10, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const count of counts.values()) expect(count / draws).toBeCloseTo(0.1, 1);
});

test("keys in turn repeat after all of them", () => {
  const next = keySource({ spread: "roundRobin", count: 3 }, seededRandom(3));

  const keys = Array.from({ length: 7 }, next);

  expect(keys).toEqual([1, 2, 3, 1, 2, 3, 1]);
});

test("records without keys have none", () => {
  const counts = drawn({ spread: "none" });

  expect([...counts.keys()]).toEqual([undefined]);
});
