import { existsSync, readFileSync, rmSync } from "node:fs";
import { spawnGuarded } from "#test/support/guardedProcess.ts";
import { installLine, missingTools } from "./machine.ts";
import type { Stage } from "./stages.ts";
import { type Counts, countsOfVitest, judge, type StageResult, type VitestReport } from "./summary.ts";

const limitMs = 20 * 60_000;

/** Runs a stage with its output as it comes; a stage whose tools are missing is reported as skipped. */
export async function runStage(stage: Stage): Promise<StageResult> {
  const startedAt = Date.now();
  const missing = missingTools().filter((tool) => stage.needs?.includes(tool));
  if (missing.length > 0) {
    const note = `did not run; first: ${installLine(missing)}`;
    return { stage: stage.name, passed: 0, failed: 0, skipped: 1, elapsedMs: 0, note };
  }

  const report = `test-results/${stage.script.replace(/^test:/, "")}.json`;
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const args = [...(stage.args ?? []), ...(stage.counts === "vitest" ? reporters : [])];
  const { ended, signal } = spawnGuarded("npm", ["run", "--silent", stage.script, "--", ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...stage.env, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}) },
  });
  let tooLate = false;
  const timer = setTimeout(() => {
    tooLate = true;
    signal("SIGKILL");
  }, limitMs);
  const exitCode = (await ended).code ?? -1;
  clearTimeout(timer);

  const verdict = judge(countsOf(stage, report, exitCode), exitCode);
  const note = tooLate ? { note: `took longer than ${limitMs / 60_000} min` } : {};
  return { stage: stage.name, elapsedMs: Date.now() - startedAt, ...verdict, ...note };
}

function countsOf(stage: Stage, report: string, exitCode: number): Counts | undefined {
  if (stage.counts === "check")
    return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
  if (!existsSync(report)) return undefined;
  const json: unknown = JSON.parse(readFileSync(report, "utf8"));
  return stage.counts === "vitest" ? countsOfVitest(json as VitestReport) : (json as Counts);
}
