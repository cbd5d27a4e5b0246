import { describe, expect, test } from "vitest";
import { simulate } from "./simulate.ts";

describe("a simulated run", () => {
  test.each([3, 18, 77])("of seed %i is observed the same every time", async (seed) => {
    const first = await simulate(seed);

    const second = await simulate(seed);

    expect(second).toEqual(first);
    expect(first.observations).toBeGreaterThan(50);
  });

  test.each([3, 12])("of seed %i is the same when its steps are given instead of chosen", async (seed) => {
    const first = await simulate(seed);

    const repeated = await simulate(seed, first.steps);

    expect(repeated.digest).toBe(first.digest);
  });

  test("of another seed is another one", async () => {
    const first = await simulate(3);

    const second = await simulate(4);

    expect(second.digest).not.toBe(first.digest);
  });

  test("in the middle of real work is the same too", async () => {
    const alone = await simulate(5);
    const timers = Array.from({ length: 50 }, (_, index) => setInterval(() => index, 1));

    const disturbed = await simulate(5);

    for (const timer of timers) clearInterval(timer);
    expect(disturbed.digest).toBe(alone.digest);
  });
});
