import { describe, expect, test } from "vitest";
import { type Outcome, simulate, simulateWithoutStacks } from "./simulate.ts";

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

describe("a run without stacks that fails", () => {
  const failing = (outcome: Outcome, report: string): Outcome => ({
    ...outcome,
    failure: { rule: "counts", report },
  });

  test("is made again with them", async () => {
    const good = await simulate(3);
    const limits: number[] = [];

    const outcome = await simulateWithoutStacks(3, async () => {
      limits.push(Error.stackTraceLimit);
      return failing(good, `run ${limits.length}`);
    });

    expect(limits).toEqual([0, Error.stackTraceLimit]);
    expect(outcome.failure?.report).toBe("run 2");
  });

  test("has failed although it does not fail again", async () => {
    const good = await simulate(3);
    const runs = [failing(good, "once"), good];

    const outcome = await simulateWithoutStacks(3, async () => runs.shift() ?? good);

    expect(outcome.failure?.report).toBe("once");
  });
});
