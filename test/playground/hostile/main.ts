// Many hostile frames, for as long as you like: `npm run fuzz -- --frames 1000000 --seed 1`, shared out over threads with
// a playground and a seed each; and some more against playgrounds where clients have to sign in. Prints how connections ended, what memory it took, and every request on which the
// playground itself failed; fails when one did, or when memory grew beyond its bound.
import { parseArgs } from "node:util";
import { type FuzzReport, type FuzzShare, fuzzInThread } from "./fuzzThread.ts";

const { values } = parseArgs({
  options: {
    frames: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "2" },
  },
});
const [frames, seed, threads] = [Number(values.frames), Number(values.seed), Number(values.threads)];
const megabyte = 1024 * 1024;

/** By how much a thread may grow: its logs have 16 MB of it, the rest is what V8 leaves to its next collection. */
const growthLimitBytes = 300 * megabyte;

/** One more frame for so many is thrown where clients have to sign in: each of these costs a connection, and digests. */
const framesPerSignInFrame = 25;

if (![frames, seed, threads].every((each) => Number.isSafeInteger(each) && each > 0)) {
  console.error("usage: npm run fuzz -- --frames <count> [--seed <first seed>] [--threads <count>]");
  process.exitCode = 2;
} else await run();

async function run(): Promise<void> {
  const startedAt = performance.now();
  const seconds = () => ((performance.now() - startedAt) / 1_000).toFixed(1);
  const parts = partsOf(Array.from({ length: threads }, (_, index) => index));
  const all = parts.flat();
  const wanted = sum(all.map((share) => share.frames));
  const sent = new Map<FuzzShare, number>();
  let printedAt = startedAt;
  const onSent = (share: FuzzShare, count: number) => {
    sent.set(share, count);
    if (performance.now() - printedAt < 5_000) return;
    printedAt = performance.now();
    console.log(`${sum(sent.values())} of ${wanted} frames in ${seconds()} s`);
  };
  const reports = (
    await Promise.all(
      parts.map(async (shares) => {
        const done: FuzzReport[] = [];
        for (const share of shares) done.push(await fuzzInThread(share, (count) => onSent(share, count)));
        return done;
      }),
    )
  ).flat();

  console.log(`\n${sum(reports.map((each) => each.sent))} frames in ${seconds()} s`);
  printEnds(reports);
  const problems = [
    ...reports.flatMap(problemsOf),
    ...(sumSent(reports) === wanted ? [] : ["frames are missing"]),
  ];
  for (const problem of problems) console.log(`\n${problem}`);
  console.log(`\n${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
}

/** What each thread does, one after the other. */
function partsOf(indexes: readonly number[]): readonly (readonly FuzzShare[])[] {
  const shareOf = (total: number, index: number) =>
    Math.floor(total / threads) + (index < total % threads ? 1 : 0);
  const signIns = Math.ceil(frames / framesPerSignInFrame);
  return indexes.map((index) => [
    { seed: seed + index, frames: shareOf(frames, index), signsIn: false },
    { seed: seed + index, frames: shareOf(signIns, index), signsIn: true },
  ]);
}

function nameOf({ seed: ofSeed, signsIn }: FuzzShare): string {
  return signsIn ? `seed ${ofSeed}, signing in` : `seed ${ofSeed}`;
}

function printEnds(reports: readonly FuzzReport[]): void {
  const ends = new Map<string, number>();
  for (const [reason, count] of reports.flatMap((each) => Array.from(each.ends))) {
    ends.set(reason, (ends.get(reason) ?? 0) + count);
  }
  console.log("\nconnections ended because:");
  for (const [reason, count] of Array.from(ends).sort(([, a], [, b]) => b - a)) {
    console.log(`${String(count).padStart(9)}  ${reason}`);
  }
  for (const report of reports) {
    const { startBytes, peakBytes, logBytes } = report;
    const memory = [peakBytes, startBytes, logBytes].map(megabytes);
    console.log(
      `${nameOf(report)}: at most ${memory[0]} of memory, ${memory[1]} at the start; ${memory[2]} in the logs`,
    );
  }
}

function problemsOf(report: FuzzReport): readonly string[] {
  const { failures, isServing, logBytes, maxLogBytes, startBytes, peakBytes } = report;
  const who = nameOf(report);
  const grown = peakBytes - startBytes;
  return [
    ...failures.map(({ reason, sent }) => `${who}, after ${sent} frames: ${reason}`),
    ...(isServing ? [] : [`${who}: the playground serves no longer`]),
    ...(logBytes <= maxLogBytes ? [] : [`${who}: the logs took ${megabytes(logBytes)}`]),
    ...(grown <= growthLimitBytes ? [] : [`${who}: memory grew by ${megabytes(grown)}`]),
  ];
}

function sumSent(reports: readonly FuzzReport[]): number {
  return sum(reports.map(({ sent }) => sent));
}

function sum(all: Iterable<number>): number {
  return Array.from(all).reduce((total, each) => total + each, 0);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / megabyte)} MB`;
}
