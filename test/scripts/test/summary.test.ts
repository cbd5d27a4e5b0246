import { describe, expect, test } from "vitest";
import {
  closingLine,
  countsOfVitest,
  isGreen,
  judge,
  type StageResult,
  summaryTable,
} from "#scripts/test/summary.ts";

const report = { success: true, numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };

function result(part: Partial<StageResult>): StageResult {
  return { stage: "unit", passed: 1, failed: 0, skipped: 0, elapsedMs: 1_200, ...part };
}

describe("judging a stage", () => {
  test("tests that all passed are what they are", () => {
    expect(judge(countsOfVitest(report), 0)).toEqual({ passed: 3, failed: 0, skipped: 0 });
  });

  test("a file that did not load is a failure although no test failed", () => {
    const counts = countsOfVitest({ ...report, success: false });

    expect(judge(counts, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  test("an exit code that no test explains is a failure", () => {
    expect(judge({ passed: 3, failed: 0, skipped: 0 }, 1)).toMatchObject({ failed: 1, note: "exit code 1" });
  });

  test("no test at all is a failure, whatever the exit code", () => {
    expect(judge({ passed: 0, failed: 0, skipped: 0 }, 0)).toMatchObject({
      failed: 1,
      note: "no test ran",
    });
  });

  test("a stage without a report is a failure", () => {
    expect(judge(undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  test("skipped and todo tests are counted as skipped, and said", () => {
    const counts = countsOfVitest({ ...report, numPendingTests: 1, numTodoTests: 1 });

    expect(judge(counts, 0)).toEqual({ passed: 3, failed: 0, skipped: 2, note: "skipping is not passing" });
  });
});

describe("summing up a run", () => {
  const results = [
    result({ stage: "types" }),
    result({ stage: "end to end", passed: 5, failed: 2, elapsedMs: 83_000, note: "exit code 1" }),
  ];

  test("the closing line sums over all stages", () => {
    expect(closingLine(results)).toBe("6 passed, 2 failed, 0 skipped");
  });

  test("the table has a row for each stage", () => {
    expect(summaryTable(results)).toMatchInlineSnapshot(`
      "stage        passed   failed  skipped     time
      types             1        0        0    1.2 s
      end to end        5        2        0  1.4 min  exit code 1"
    `);
  });

  test.each([
    ["every stage passed", [result({})], true],
    ["a test failed", [result({}), result({ failed: 1 })], false],
    ["a test was skipped", [result({ skipped: 1 })], false],
    ["a stage ran nothing", [result({ passed: 0 })], false],
    ["nothing ran", [], false],
  ] as const)("a run in which %s is green: %#", (_case, given, green) => {
    expect(isGreen(given)).toBe(green);
  });
});
