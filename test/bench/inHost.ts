// Runs inside of a real extension host, as its test program: what the extension costs the editor. Bundled and started
// by editor.ts, which also prints what is written here.
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import * as vscode from "vscode";
import type { App } from "#vscode/app.ts";

/** The event loop of the extension host over some seconds, and what flowed meanwhile. */
export interface DelaySample {
  readonly what: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly recordsPerSecond: number | undefined;
}

/** Everything that is measured in the host. */
export interface EditorMeasures {
  readonly hostNode: string;
  readonly editor: string;
  /** Loading the bundle and `activate` together; undefined when the editor had activated it before us. */
  readonly activationMs: number | undefined;
  /** From the first request until the worker answered it. */
  readonly workerReadyMs: number;
  readonly delays: readonly DelaySample[];
}

const sampleMs = 8_000;
/** What fits into the playground's memory; it is read in less than the time of a sample. */
const playgroundRecords = 900_000;

/** What VS Code calls. */
export async function run(): Promise<void> {
  const { GROUPSCOPE_BENCH_RESULT: result, GROUPSCOPE_BENCH_TOPIC: topic = "" } = process.env;
  const extension = vscode.extensions.getExtension("groupscope.groupscope");
  if (!extension || result === undefined) throw new Error("started by test/bench/editor.ts only");
  const wasActive = extension.isActive;
  const activatedAt = performance.now();
  const { app } = (await extension.activate()) as { readonly app: App };
  const activationMs = wasActive ? undefined : performance.now() - activatedAt;
  const askedAt = performance.now();
  await app.link.request("playground.status", {});
  const workerReadyMs = performance.now() - askedAt;

  await vscode.commands.executeCommand("workbench.view.extension.groupscope");
  await pause(3_000);
  const delays = [
    await sample("idle, views visible"),
    await fromPlayground(app),
    await fromCluster(app, topic),
    await controlRun(),
  ];
  const measures: EditorMeasures = {
    hostNode: process.version,
    editor: vscode.version,
    activationMs,
    workerReadyMs,
    delays,
  };
  writeFileSync(result, JSON.stringify(measures));
}

async function fromPlayground(app: App): Promise<DelaySample> {
  await app.link.request("playground.start", { scene: true });
  await app.link.request("playground.produce", { topic: "orders", count: playgroundRecords });
  const measured = await flow(app, {
    clusterId: "playground",
    topic: "orders",
    what: "flow from the playground, beside its two members",
  });
  await app.link.request("playground.stop", {});
  return measured;
}

async function fromCluster(app: App, topic: string): Promise<DelaySample> {
  return flow(app, { clusterId: "bench", topic, what: "flow from real Kafka" });
}

/** The same reading at the same load, by a process of its own: whatever is slower then is not the extension's doing. */
async function controlRun(): Promise<DelaySample> {
  const [program = "", ...args] = JSON.parse(process.env["GROUPSCOPE_BENCH_CONTROL"] ?? "[]") as string[];
  let isOver = false;
  const readAgain = () => {
    const reader = spawn(program, args, { stdio: "ignore" });
    // It reads faster than the extension shows: again, until the time is over.
    reader.once("exit", () => (isOver ? undefined : readAgain()));
    running = reader;
  };
  let running: ChildProcess | undefined;
  readAgain();
  const measured = await sample("control: another process reads the same, the extension idle");
  isOver = true;
  running?.kill();
  return measured;
}

async function flow(
  app: App,
  from: { readonly clusterId: string; readonly topic: string; readonly what: string },
): Promise<DelaySample> {
  const { sessionId } = await app.link.request("session.start", {
    clusterId: from.clusterId,
    topics: [from.topic],
    assignors: [],
    startPosition: { kind: "start" },
    isolation: "read_uncommitted",
    pollMode: { mode: "flow" },
  });
  const delivered = async () => {
    const partitions = await app.link.request("session.partitions", { sessionId });
    return partitions.reduce((sum, { position }) => sum + Number(position ?? 0n), 0);
  };
  while ((await delivered()) === 0) await pause(20);
  const measured = await sample(from.what, delivered);
  await app.link.request("session.stop", { sessionId });
  await app.link.request("session.dismiss", { sessionId });
  return measured;
}

/** Ends early when nothing is left that could flow. */
async function sample(what: string, delivered?: () => Promise<number>): Promise<DelaySample> {
  const before = (await delivered?.()) ?? 0;
  const startedAt = performance.now();
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const elapsed = () => performance.now() - startedAt;
  let after = before;
  for (let last = -1; elapsed() < sampleMs && (delivered === undefined || after > last); ) {
    last = after;
    await pause(250);
    after = (await delivered?.()) ?? 0;
  }
  histogram.disable();
  const seconds = elapsed() / 1_000;
  return {
    what,
    ...percentiles(histogram),
    recordsPerSecond: delivered === undefined ? undefined : (after - before) / seconds,
  };
}

function percentiles(histogram: IntervalHistogram) {
  const ms = (nanoseconds: number) => nanoseconds / 1e6;
  return {
    p50Ms: ms(histogram.percentile(50)),
    p99Ms: ms(histogram.percentile(99)),
    maxMs: ms(histogram.max),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
