import { expect, test } from "vitest";
import { checkDuration, checkTimestamp, typedProblem } from "#vscode/flows/validation.ts";

test("a wrong time still says what an empty one means", () => {
  const problem = typedProblem("soon", { check: checkDuration, none: "no limit" });

  expect(problem).toMatch(/^A time such as .* Empty: no limit\.$/);
});

test.each([
  ["", "no limit", undefined],
  ["5 min", "no limit", undefined],
])("%j is accepted where it may be left out", (text, none, problem) => {
  expect(typedProblem(text, { check: checkDuration, none })).toBe(problem);
});

test("what cannot be left out does not say that it can", () => {
  expect(typedProblem("", { check: checkDuration })).not.toContain("Empty");
});

test("an hour typed where a date is asked for is told where hours are asked for", () => {
  expect(checkTimestamp("1 h")).toContain("Some time ago");
});
