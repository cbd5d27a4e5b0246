// Many seeds, for as long as you like: `npm run simulate -- --seeds 10000 --from 1`. Prints every failing seed with
// everything needed to repeat it, and how fast it goes. Each process thread runs its share of the seeds.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { type Outcome, simulate } from "./simulate.ts";

interface Share {
  readonly from: number;
  readonly count: number;
  readonly every: number;
}

if (isMainThread) await runAll();
else await runShare(workerData as Share);

async function runAll(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "1000" },
      from: { type: "string", default: "1" },
      threads: { type: "string", default: String(Math.max(1, Math.min(2, availableParallelism()))) },
    },
  });
  const [seeds, from, threads] = [Number(values.seeds), Number(values.from), Number(values.threads)];
  if (![seeds, from, threads].every((each) => Number.isSafeInteger(each) && each > 0)) {
    console.error("usage: npm run simulate -- --seeds <count> [--from <seed>] [--threads <count>]");
    process.exitCode = 2;
    return;
  }
  const startedAt = performance.now();
  const total = { seeds: 0, events: 0, virtualMs: 0, deliveries: 0, failed: [] as number[] };
  let printedAt = startedAt;
  const progress = () => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const rate = `${(total.seeds / seconds).toFixed(1)} seeds/s, ${Math.round(total.events / seconds)} events/s`;
    const hours = (total.virtualMs / 3_600_000).toFixed(1);
    console.log(
      `${total.seeds} of ${seeds} seeds in ${seconds.toFixed(1)} s (${rate}), ${hours} virtual hours, ` +
        `${total.deliveries} deliveries, ${total.failed.length} failed`,
    );
  };
  const take = (outcome: Outcome) => {
    total.seeds++;
    total.events += outcome.events;
    total.virtualMs += outcome.virtualMs;
    total.deliveries += outcome.deliveries;
    if (outcome.failure !== undefined) {
      total.failed.push(outcome.seed);
      console.log(`\n${outcome.failure}\n`);
    }
    if (performance.now() - printedAt < 5_000) return;
    printedAt = performance.now();
    progress();
  };
  const shares = Array.from(
    { length: Math.min(threads, seeds) },
    (_, index): Share => ({
      from: from + index,
      count: Math.ceil((seeds - index) / threads),
      every: threads,
    }),
  );
  await Promise.all(shares.map((share) => inThread(share, take)));
  progress();
  if (total.failed.length > 0) {
    console.log(`failed seeds: ${total.failed.sort((a, b) => a - b).join(", ")}`);
    process.exitCode = 1;
  }
}

function inThread(share: Share, take: (outcome: Outcome) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.on("message", take);
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with ${code}`))));
  });
}

async function runShare({ from, count, every }: Share): Promise<void> {
  for (let index = 0; index < count; index++) {
    parentPort?.postMessage(await simulate(from + index * every));
  }
}
