import { afterEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("systemClock", () => {
  test("tells the time of day and never goes backwards", () => {
    const before = Date.now();
    const times = Array.from({ length: 1_000 }, () => systemClock.now());

    expect(Math.abs((times[0] ?? 0) - before)).toBeLessThan(1_000);
    expect(times.every((time, index) => time >= (times[index - 1] ?? 0))).toBe(true);
  });

  test("follows the wall clock when the machine slept, and not when it is set back", () => {
    const real = Date.now();
    const wall = vi.spyOn(Date, "now").mockReturnValue(real - 3_600_000);
    const setBack = systemClock.now();

    wall.mockReturnValue(real + 20_000);
    const slept = systemClock.now();
    wall.mockReturnValue(real);
    const after = systemClock.now();

    expect(Math.abs(setBack - real)).toBeLessThan(2_000);
    expect(slept - real).toBeGreaterThanOrEqual(20_000);
    expect(after).toBeGreaterThanOrEqual(slept);
  });

  test("runs what is scheduled once, in order, and not what was disposed of", async () => {
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      // Far apart: a machine may take some milliseconds from one of these lines to the next.
      systemClock.schedule(120, resolve);
      systemClock.schedule(60, () => seen.push("later"));
      systemClock.schedule(0, () => seen.push("at once"));
      systemClock.schedule(1, () => seen.push("never")).dispose();
      systemClock.schedule(2 ** 40, () => seen.push("too early")).dispose();
    });

    expect(seen).toEqual(["at once", "later"]);
  });

  test("a wait longer than Node's timers is not cut short", async () => {
    let ran = false;
    const timer = systemClock.schedule(2 ** 33, () => {
      ran = true;
    });

    await systemClock.yieldTurn();
    await new Promise<void>((resolve) => {
      systemClock.schedule(5, resolve);
    });
    timer.dispose();

    expect(ran).toBe(false);
  });
});

test("systemRandom gives numbers below one and as many bytes as asked for", () => {
  const numbers = Array.from({ length: 100 }, () => systemRandom.next());

  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  expect([systemRandom.bytes(0).length, systemRandom.bytes(24).length]).toEqual([0, 24]);
});
