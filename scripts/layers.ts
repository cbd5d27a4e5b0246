// Checks who imports whom and who touches real time (ARCHITECTURE.md, "Layers" and I2). Fails when it looked at
// nothing: with TypeScript 7 and without @swc/core, dependency-cruiser finds no module at all and calls that
// "no violations".
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { findRealTime } from "./layers/realTime.ts";

const require = createRequire(import.meta.url);
const { mayImport } = require("../layers.cjs") as { mayImport: Readonly<Record<string, readonly string[]>> };
const { forbidden, options } = require("../.dependency-cruiser.cjs");

const unlisted = readdirSync("src", { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !(entry.name in mayImport))
  .map((entry) => `src/${entry.name} is not listed in layers.cjs`);

const { output } = await cruise(["src"], { ...options, validate: true, ruleSet: { forbidden } });
const { modules, summary } = output as ICruiseResult;
const ours = modules.filter(({ source }) => source.startsWith("src/"));

const problems = [
  ...unlisted,
  ...(ours.length === 0 ? ["dependency-cruiser looked at no file: is @swc/core installed?"] : []),
  ...ours.flatMap(({ source }) => findRealTime(source, readFileSync(source, "utf8"))),
  ...summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
];
for (const problem of problems) console.error(problem);
console.log(`layers: ${ours.length} files looked at, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
