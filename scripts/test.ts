// The whole test run: `npm ci && npm test` on a fresh machine, `npm test -- unit integration` for some stages.
// Installs what is missing where it may, names the line that does elsewhere, and never passes over anything silently:
// what was skipped makes the run fail.
import { mkdirSync } from "node:fs";
import { foreignPrograms } from "#test/support/foreign/foreignPrograms.ts";
import { javaClientVersions, kafkaJars } from "#test/support/kafkaJars.ts";
import { vscodeEntry } from "#test/support/vscodeInstall.ts";
import { installLine, installTools, missingTools } from "./test/machine.ts";
import { runStage } from "./test/runStage.ts";
import { type Stage, stages } from "./test/stages.ts";
import { closingLine, isGreen, type StageResult, summaryTable } from "./test/summary.ts";

mkdirSync("test-results", { recursive: true });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));

const chosen = chooseStages(process.argv.slice(2));
const results: StageResult[] = [await setUp(chosen)];
for (const stage of chosen) {
  console.log(`\n━━ ${stage.name}  (npm run ${stage.script})`);
  const result = await runStage(stage);
  results.push(result);
}

console.log(`\n${summaryTable(results)}\n`);
console.log(closingLine(results));
process.exitCode = isGreen(results) ? 0 : 1;

function chooseStages(names: readonly string[]): readonly Stage[] {
  const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    console.error(
      `no such stage: ${unknown.join(", ")}; there are: ${stages.map(({ name }) => name).join(", ")}`,
    );
    process.exit(2);
  }
  return names.length === 0 ? stages : stages.filter(({ name }) => names.includes(name));
}

/** Fetches everything first, so that no stage's time or output is about downloads. */
async function setUp(forStages: readonly Stage[]): Promise<StageResult> {
  const startedAt = Date.now();
  const needed = new Set(forStages.flatMap(({ needs = [] }) => needs));
  const wanted = missingTools().filter((tool) => needed.has(tool));
  if (wanted.length > 0) installTools(wanted);
  const missing = missingTools().filter((tool) => needed.has(tool));
  if (missing.length > 0)
    console.error(`Missing: ${missing.join(", ")}.  Install by:  ${installLine(missing)}`);

  let note = missing.length > 0 ? `missing: ${missing.join(", ")}` : "";
  try {
    if (needed.has("maven") && !missing.includes("maven")) {
      for (const version of javaClientVersions) await kafkaJars(version);
    }
    if (needed.has("python") && !missing.includes("python")) await foreignPrograms();
    if (needed.has("chromium")) await vscodeEntry(console.log);
  } catch (failure) {
    console.error(failure);
    note = "a download failed";
  }
  const counts = { passed: note === "" ? 1 : 0, failed: note === "" ? 0 : 1, skipped: 0 };
  return { stage: "set up", elapsedMs: Date.now() - startedAt, ...counts, ...(note === "" ? {} : { note }) };
}
