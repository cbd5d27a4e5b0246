import { expect, test } from "vitest";
import { causeRows } from "#vscode/flows/findingReport.ts";

test("a long cause leaves room for what can be done: two rows that a quick pick does not cut", () => {
  const cause = "The fault holds the answer to the commit until its time is over. ".repeat(5).trim();

  const rows = causeRows(cause);

  const lines = rows.map(({ label }) => label);
  expect(cause.startsWith(lines.join(" ").replace(/ …$/, ""))).toBe(true);
  expect(lines.at(-1)).toMatch(/ …$/);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(86);
  expect(rows).toHaveLength(2);
});

test("a short cause is one row, none is no row", () => {
  expect(causeRows("It is paused.")).toEqual([{ label: "It is paused." }]);
  expect(causeRows("")).toEqual([]);
});
