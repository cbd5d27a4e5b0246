import { appendFileSync, writeFileSync } from "node:fs";
import { format } from "node:util";
import Mocha from "mocha";

/** What scripts/runExtensionTests.ts reads back. */
export interface MochaOutcome {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Runs mocha inside of the extension host; `loadTests` evaluates the test files. Output and outcome go to the files
 * that scripts/runExtensionTests.ts names in the environment, as the host's own streams are not ours to read.
 */
export async function runMocha(loadTests: () => Promise<void>): Promise<void> {
  const {
    GROUPSCOPE_TEST_LOG: log,
    GROUPSCOPE_TEST_OUTCOME: outcomeFile,
    GROUPSCOPE_TEST_GREP: grep,
  } = process.env;
  if (log !== undefined) {
    Mocha.reporters.Base.consoleLog = (...values: unknown[]) => appendFileSync(log, `${format(...values)}\n`);
  }
  const mocha = new Mocha({ timeout: 30_000, color: false, reporter: "spec", ...(grep ? { grep } : {}) });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await loadTests();

  const outcome: MochaOutcome = { passed: 0, failed: 0, skipped: 0 };
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on("pass", () => outcome.passed++);
    runner.on("fail", () => outcome.failed++);
    runner.on("pending", () => outcome.skipped++);
  });
  if (outcomeFile !== undefined) writeFileSync(outcomeFile, JSON.stringify(outcome));
  if (outcome.failed > 0) throw new Error(`${outcome.failed} tests failed in the extension host`);
}
