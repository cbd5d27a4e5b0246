import { describe, expect, test } from "vitest";
import { atX, panned, spanOf, ticksOf, xOf, zoomed } from "#webview/rebalances/timeScale.ts";

const scale = { range: { fromMs: 1_000, toMs: 11_000 }, widthPx: 500 };

describe("the time scale", () => {
  test("an instant and its pixel lead to each other", () => {
    expect([xOf(scale, 1_000), xOf(scale, 6_000), atX(scale, 250)]).toEqual([0, 250, 6_000]);
  });

  test.each([
    ["within", 2_000, 4_000, { x: 50, width: 100 }],
    ["across the left edge", 0, 2_000, { x: 0, width: 50 }],
    ["too short to be seen", 2_000, 2_001, { x: 50, width: 2 }],
    ["before", 0, 999, undefined],
    ["after", 11_001, 12_000, undefined],
  ])("a span %s the range", (_name, fromMs, toMs, expected) => {
    expect(spanOf(scale, fromMs, toMs)).toEqual(expected);
  });

  test("zooming keeps the instant under the pointer where it is", () => {
    const range = zoomed(scale.range, 0.5, 3_000);

    expect(range.toMs - range.fromMs).toBe(5_000);
    expect(xOf({ ...scale, range }, 3_000)).toBeCloseTo(xOf(scale, 3_000));
  });

  test.each([
    [1e-9, 200],
    [1e9, 86_400_000],
  ])("zooming by %d stops at %d ms", (factor, expected) => {
    const range = zoomed(scale.range, factor, 6_000);

    expect(range.toMs - range.fromMs).toBeCloseTo(expected);
  });

  test("panning moves both ends", () => {
    expect(panned(scale.range, -500)).toEqual({ fromMs: 500, toMs: 10_500 });
  });

  test("ticks are round, at least 90 pixels apart, and bounded", () => {
    const ticks = ticksOf(scale);
    const huge = ticksOf({ range: { fromMs: 0, toMs: 1e15 }, widthPx: 500 });

    expect(ticks).toEqual([2_000, 4_000, 6_000, 8_000, 10_000]);
    expect(huge.length).toBeLessThanOrEqual(200);
  });
});
