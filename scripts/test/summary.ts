/** How many tests of a stage ended how. A check that is not made of tests counts as one. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** How one stage of the tests went. */
export interface StageResult extends Counts {
  readonly stage: string;
  readonly elapsedMs: number;
  /** Why it failed or did not run, for people. */
  readonly note?: string;
}

/** The part of vitest's JSON report that we read. */
export interface VitestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/** Counts of a vitest run; a file that could not even be loaded is a failure without a failed test. */
export function countsOfVitest(report: VitestReport): Counts {
  const ran = report.numPassedTests > 0;
  const unloaded = ran && !report.success && report.numFailedTests === 0 ? 1 : 0;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * What a stage's counts come to together with its exit code: an exit code other than 0 is a failure even when every
 * test passed (an error outside of the tests), and a stage of tests that ran none is one too.
 */
export function judge(counts: Counts | undefined, exitCode: number): Counts & { readonly note?: string } {
  if (counts === undefined) {
    return { passed: 0, failed: 1, skipped: 0, note: `no report was written; exit code ${exitCode}` };
  }
  const { passed, failed, skipped } = counts;
  if (passed + failed + skipped === 0) return { ...counts, failed: 1, note: "no test ran" };
  if (exitCode !== 0 && failed === 0) return { ...counts, failed: 1, note: `exit code ${exitCode}` };
  if (skipped > 0) return { ...counts, note: "skipping is not passing" };
  return counts;
}

/** A table of what ran. */
export function summaryTable(results: readonly StageResult[]): string {
  const width = Math.max(...results.map(({ stage }) => stage.length), "stage".length);
  const cells = (values: readonly string[]) => values.map((value) => value.padStart(9)).join("");
  const heading = `${"stage".padEnd(width)}${cells(["passed", "failed", "skipped", "time"])}`;
  const rows = results.map(({ stage, passed, failed, skipped, elapsedMs, note }) => {
    const numbers = cells([passed, failed, skipped].map(String));
    return `${stage.padEnd(width)}${numbers}${duration(elapsedMs).padStart(9)}${note ? `  ${note}` : ""}`;
  });
  return [heading, ...rows].join("\n");
}

/** The last line of a run: all stages together. */
export function closingLine(results: readonly StageResult[]): string {
  const sum = (name: keyof Counts) => results.reduce((total, result) => total + result[name], 0);
  return `${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`;
}

/** Whether every stage ran, whole, and passed. */
export function isGreen(results: readonly StageResult[]): boolean {
  return (
    results.length > 0 && results.every(({ passed, failed, skipped }) => passed > 0 && failed + skipped === 0)
  );
}

function duration(ms: number): string {
  const seconds = ms / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}
