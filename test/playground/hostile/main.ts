// Many hostile frames, for as long as you like: `npm run fuzz -- --frames 1000000 --seed 1`. Prints how connections ended,
// what memory it took, and every request on which the playground itself failed.
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";

const { values } = parseArgs({
  options: {
    frames: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
  },
});
const [frames, seed] = [Number(values.frames), Number(values.seed)];
const megabyte = 1024 * 1024;

if (![frames, seed].every((each) => Number.isSafeInteger(each) && each > 0)) {
  console.error("usage: npm run fuzz -- --frames <count> [--seed <seed>]");
  process.exitCode = 2;
} else await run();

async function run(): Promise<void> {
  const startedAt = performance.now();
  let printedAt = startedAt;
  let peakBytes = 0;
  const onProgress = (sent: number) => {
    const { heapUsed, external } = process.memoryUsage();
    peakBytes = Math.max(peakBytes, heapUsed + external);
    if (performance.now() - printedAt < 5_000 && sent < frames) return;
    printedAt = performance.now();
    const seconds = (performance.now() - startedAt) / 1_000;
    console.log(`${sent} of ${frames} frames in ${seconds.toFixed(1)} s, ${megabytes(heapUsed + external)}`);
  };
  const { ends, failures, logBytes, maxLogBytes, isServing } = await fuzz({ seed, frames, onProgress });

  console.log("\nconnections ended because:");
  for (const [reason, count] of Array.from(ends).sort(([, a], [, b]) => b - a)) {
    console.log(`${String(count).padStart(9)}  ${reason}`);
  }
  console.log(`\nat most ${megabytes(peakBytes)} of memory, ${megabytes(logBytes)} of it in the logs`);
  for (const { reason, sent } of failures) console.log(`\nafter ${sent} frames: ${reason}`);
  console.log(
    `${failures.length} failures of the playground; ${isServing ? "it still serves" : "it is down"}`,
  );
  if (failures.length > 0 || !isServing || logBytes > maxLogBytes) process.exitCode = 1;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / megabyte)} MB`;
}
