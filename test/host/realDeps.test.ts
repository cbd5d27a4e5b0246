import { expect, test } from "vitest";
import { realDeps } from "#host/realDeps.ts";

test("a time beyond the calendar is unknown, and no reason to fail", () => {
  expect(realDeps.timeText(0)).toMatch(/^\d\d:\d\d:00\.0$/);
  expect([9e15, -9e15, Number.NaN].map((at) => realDeps.timeText(at))).toEqual(["–", "–", "–"]);
});
