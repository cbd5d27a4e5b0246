// Many seeds, for as long as you like: `npm run simulate -- --seeds 100000 --from 1`. Prints every failing seed with the
// fewest operations found that still break the same rule, and how fast it goes.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread } from "node:worker_threads";
import { runInThreads, workAsThread } from "./seedThreads.ts";

if (isMainThread) await runAll();
else workAsThread();

async function runAll(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "1000" },
      from: { type: "string", default: "1" },
      threads: { type: "string", default: String(Math.max(1, Math.min(2, availableParallelism()))) },
      /** Ends with the first failing seed, and does not shrink it. */
      "until-failure": { type: "boolean", default: false },
    },
  });
  const [seeds, from, threads] = [Number(values.seeds), Number(values.from), Number(values.threads)];
  if (![seeds, from, threads].every((each) => Number.isSafeInteger(each) && each > 0)) {
    console.error(
      "usage: npm run simulate -- --seeds <count> [--from <seed>] [--threads <count>] [--until-failure]",
    );
    process.exitCode = 2;
    return;
  }
  const untilFailure = values["until-failure"];
  const startedAt = performance.now();
  const total = { seeds: 0, events: 0, virtualMs: 0, deliveries: 0, failed: [] as number[] };
  let printedAt = startedAt;
  const progress = () => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const rate = `${Math.round((total.seeds / seconds) * 60)} seeds/min, ${Math.round(total.events / seconds)} events/s`;
    const hours = (total.virtualMs / 3_600_000).toFixed(1);
    console.log(
      `${total.seeds} of ${seeds} seeds in ${seconds.toFixed(1)} s (${rate}), ${hours} virtual hours, ` +
        `${total.deliveries} deliveries, ${total.failed.length} failed`,
    );
  };
  await runInThreads({ from, seeds, threads, shrinks: !untilFailure }, (outcome) => {
    total.seeds++;
    total.events += outcome.events;
    total.virtualMs += outcome.virtualMs;
    total.deliveries += outcome.deliveries;
    if (outcome.report !== undefined) {
      total.failed.push(outcome.seed);
      console.log(`\n${outcome.report}\n`);
    }
    if (performance.now() - printedAt >= 5_000) {
      printedAt = performance.now();
      progress();
    }
    return untilFailure && total.failed.length > 0 ? "stop" : "go on";
  });
  progress();
  if (total.failed.length > 0) {
    console.log(`failed seeds: ${total.failed.sort((a, b) => a - b).join(", ")}`);
    process.exitCode = 1;
  }
}
