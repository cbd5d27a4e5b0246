import { describe, expect, test } from "vitest";
import { dueBy, type Pace, paceText, peakOf, rateAt, type Schedule } from "#playground/workload/pace.ts";

const schedules: readonly [string, Exclude<Schedule, { readonly kind: "bursts" }>][] = [
  ["a steady rate", { kind: "steady", recordsPerSecond: 7 }],
  ["a ramp up", { kind: "ramp", fromPerSecond: 5, toPerSecond: 105, overMs: 20_000 }],
  ["a ramp down", { kind: "ramp", fromPerSecond: 100, toPerSecond: 0, overMs: 10_000 }],
  ["a wave", { kind: "wave", lowPerSecond: 10, highPerSecond: 50, periodMs: 30_000 }],
  ["on and off", { kind: "onOff", recordsPerSecond: 40, onMs: 3_000, offMs: 7_000 }],
];

describe.each(schedules)("%s", (_, schedule) => {
  test("has produced by any time what its rate was until then", () => {
    const stepMs = 1;
    let sum = 0;

    for (let ms = 0; ms < 65_000; ms += stepMs) {
      sum += (rateAt(schedule, ms + stepMs / 2) * stepMs) / 1_000;
      if (ms % 6_500 === 0) expect(dueBy(schedule, ms + stepMs)).toBeCloseTo(sum, 1);
    }

    expect(dueBy(schedule, 65_000)).toBeCloseTo(sum, 1);
  });

  test("is never faster than its peak", () => {
    const rates = Array.from({ length: 600 }, (_, step) => rateAt(schedule, step * 100));

    expect(Math.max(...rates)).toBeCloseTo(peakOf(schedule), 5);
  });
});

test("bursts come whole, the first at once", () => {
  const bursts = { kind: "bursts", count: 100, everyMs: 5_000 } as const;

  const due = [0, 4_999, 5_000, 14_000].map((elapsedMs) => dueBy(bursts, elapsedMs));

  expect(due).toEqual([100, 100, 200, 300]);
});

test.each<[Pace, string]>([
  [{ kind: "burst", count: 600 }, "a burst of 600"],
  [{ kind: "bursts", count: 600, everyMs: 10_000 }, "bursts of 600 every 10 s"],
  [{ kind: "steady", recordsPerSecond: 20 }, "20 a second"],
  [
    { kind: "ramp", fromPerSecond: 0, toPerSecond: 500, overMs: 60_000 },
    "from 0 to 500 a second within 60 s, then steadily",
  ],
  [
    { kind: "wave", lowPerSecond: 10, highPerSecond: 50, periodMs: 120_000 },
    "between 10 and 50 a second, up and down in 120 s",
  ],
  [
    { kind: "onOff", recordsPerSecond: 40, onMs: 3_000, offMs: 7_000 },
    "40 a second for 3 s, then nothing for 7 s",
  ],
])("%j is said in words", (pace, words) => {
  const text = paceText(pace);

  expect(text).toBe(words);
});
