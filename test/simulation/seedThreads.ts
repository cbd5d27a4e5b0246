import { parentPort, Worker } from "node:worker_threads";
import { shrink } from "./shrink.ts";
import { simulateWithoutStacks } from "./simulate.ts";

/** Most of what a run makes lives for a few events: with room for that, little of it is ever moved. */
const maxYoungGenerationSizeMb = 96;

/** What the main thread has to know of a run. */
export interface SeedReport {
  readonly seed: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly deliveries: number;
  /** What went wrong, shrunken if that was asked for. */
  readonly report: string | undefined;
}

interface SeedOrder {
  readonly seed: number;
  readonly shrinks: boolean;
}

/** Which seeds to run, and how. */
export interface SeedRange {
  readonly from: number;
  readonly seeds: number;
  readonly threads: number;
  readonly shrinks: boolean;
}

/**
 * Runs seeds over threads, each seed in one thread from beginning to end; a thread that is done gets the next one. Ends early
 * when `take` says so.
 */
export async function runInThreads(
  { from, seeds, threads, shrinks }: SeedRange,
  take: (report: SeedReport) => "go on" | "stop",
): Promise<void> {
  let next = from;
  let isOver = false;
  const runThread = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL("./main.ts", import.meta.url), {
        resourceLimits: { maxYoungGenerationSizeMb },
      });
      const order = () => {
        if (isOver || next >= from + seeds) void worker.terminate();
        else worker.postMessage({ seed: next++, shrinks } satisfies SeedOrder);
      };
      worker.on("message", (report: SeedReport) => {
        if (!isOver && take(report) === "stop") isOver = true;
        order();
      });
      worker.on("error", reject);
      worker.on("exit", () => resolve());
      order();
    });
  await Promise.all(Array.from({ length: Math.min(threads, seeds) }, runThread));
}

/** The other end: runs what it is told, one seed after the other. */
export function workAsThread(): void {
  parentPort?.on("message", ({ seed, shrinks }: SeedOrder) => {
    void runSeed(seed, shrinks).then((report) => parentPort?.postMessage(report));
  });
}

async function runSeed(seed: number, shrinks: boolean): Promise<SeedReport> {
  const outcome = await simulateWithoutStacks(seed);
  const { events, virtualMs, deliveries, failure } = outcome;
  const shrunken = shrinks ? await shrink(outcome) : undefined;
  const note = shrunken
    ? `\n(${shrunken.steps.length} of ${outcome.steps.length} steps are left after ${shrunken.runs} runs)`
    : "";
  const report = failure && `${(shrunken?.failure ?? failure).report}${note}`;
  return { seed, events, virtualMs, deliveries, report };
}
