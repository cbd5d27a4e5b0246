import { expect, test } from "vitest";
import { causeRows } from "#vscode/flows/findingReport.ts";

test("a cause of any length is shown whole, in rows that a quick pick does not cut", () => {
  const cause = "The fault holds the answer to the commit until its time is over. ".repeat(5).trim();

  const rows = causeRows(cause);

  const lines = rows.map(({ label }) => label);
  expect(lines.join(" ")).toBe(cause);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(84);
  expect(rows).toHaveLength(4);
});

test("a short cause is one row, none is no row", () => {
  expect(causeRows("It is paused.")).toEqual([{ label: "It is paused." }]);
  expect(causeRows("")).toEqual([]);
});
