// Runs inside of a real extension host, as its test program: what the extension costs the editor. Bundled and started
// by editor.ts, which also prints what is written here.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import * as vscode from "vscode";
import type { App } from "#vscode/app.ts";
import { startEngineAlone, startSameWorker } from "./otherReaders.ts";

/** What happened during a sample; the last three are compared with each other. */
export type SampleKind = "idle" | "playground" | "flow" | "sameWorker" | "engineAlone";

/** The event loop of the extension host over some seconds, and what flowed meanwhile. */
export interface DelaySample {
  readonly kind: SampleKind;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly recordsPerSecond: number | undefined;
  /** Of the whole machine: what whoever needs a core competes with. */
  readonly busyCores: number;
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

/** How editor.ts says what to do. */
export interface EditorTask {
  readonly result: string;
  readonly topic: string;
  readonly rounds: number;
  /** Programs with their arguments. */
  readonly sameWorker: readonly string[];
  readonly engineAlone: readonly string[];
}

const sampleMs = 5_000;
/** What fits into the playground's memory; it is read in less than the time of a sample. */
const playgroundRecords = 900_000;
/** Whoever starts to read is given this long to become fast. */
const warmUpMs = 700;

/** What VS Code calls. */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension("groupscope.groupscope");
  const given = process.env["GROUPSCOPE_BENCH_TASK"];
  if (!extension || given === undefined) throw new Error("started by test/bench/editor.ts only");
  const task = JSON.parse(given) as EditorTask;
  const wasActive = extension.isActive;
  const activatedAt = performance.now();
  const { app } = (await extension.activate()) as { readonly app: App };
  const activationMs = wasActive ? undefined : performance.now() - activatedAt;
  const askedAt = performance.now();
  await app.link.request("playground.status", {});
  const workerReadyMs = performance.now() - askedAt;

  await vscode.commands.executeCommand("workbench.view.extension.groupscope");
  await pause(3_000);
  const delays = [await sample("idle"), await fromPlayground(app)];
  // In turns: what else the machine does, and what has warmed up since, meets each of them alike.
  for (let round = 0; round < task.rounds; round++) {
    delays.push(await flow(app, { kind: "flow", clusterId: "bench", topic: task.topic }));
    delays.push(await sameWorker(task));
    delays.push(await engineAlone(task));
  }
  const measures: EditorMeasures = {
    hostNode: process.version,
    editor: vscode.version,
    activationMs,
    workerReadyMs,
    delays,
  };
  writeFileSync(task.result, JSON.stringify(measures));
}

async function fromPlayground(app: App): Promise<DelaySample> {
  await app.link.request("playground.start", { scene: true });
  await app.link.request("playground.produce", { topic: "orders", count: playgroundRecords });
  const measured = await flow(app, { kind: "playground", clusterId: "playground", topic: "orders" });
  await app.link.request("playground.stop", {});
  return measured;
}

/** The same work, done by a process of its own: whatever is slower than that is what doing it in here costs. */
async function sameWorker({ sameWorker: command }: EditorTask): Promise<DelaySample> {
  const reader = startSameWorker(command);
  const delivered = () => Promise.resolve(reader.delivered());
  while ((await delivered()) === 0) await pause(20);
  await pause(warmUpMs);
  const measured = await sample("sameWorker", delivered);
  await reader.end();
  return measured;
}

/** The least that reading takes: no trace, no views, nothing kept; and it reads faster. */
async function engineAlone({ engineAlone: command }: EditorTask): Promise<DelaySample> {
  const reader = startEngineAlone(command);
  await pause(warmUpMs);
  const measured = await sample("engineAlone");
  await reader.end();
  return { ...measured, recordsPerSecond: reader.recordsPerSecond() };
}

async function flow(
  app: App,
  from: { readonly kind: SampleKind; readonly clusterId: string; readonly topic: string },
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
  if (from.kind === "flow") await pause(warmUpMs);
  const measured = await sample(from.kind, delivered);
  await app.link.request("session.stop", { sessionId });
  await app.link.request("session.dismiss", { sessionId });
  return measured;
}

/** Ends early when nothing is left that could flow. */
async function sample(kind: SampleKind, delivered?: () => Promise<number>): Promise<DelaySample> {
  const before = (await delivered?.()) ?? 0;
  const busyBefore = busySeconds();
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
    kind,
    ...percentiles(histogram),
    recordsPerSecond: delivered === undefined ? undefined : (after - before) / seconds,
    busyCores: (busySeconds() - busyBefore) / seconds,
  };
}

/** Of all cores together, since the machine started. */
function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1_000;
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
