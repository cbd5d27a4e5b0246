import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { launchBrowser, newLocalPage } from "#test/support/browser.ts";
import { realClient } from "#test/support/realCluster.ts";
import { startRealKafka } from "#test/support/realKafka.ts";
import { runOrThrow } from "#test/support/runProgram.ts";
import { repository, startVscodeHost } from "#test/support/vscodeHost.ts";
import { asOurWorker, bundled } from "./clients.ts";
import { fillTopic } from "./fillTopic.ts";
import type { DelaySample, EditorMeasures, EditorTask, SampleKind } from "./inHost.ts";
import { grouped, table } from "./table.ts";

const topic = "bench-editor";
/** More than is read within the time of a sample. */
const records = 14_000_000;
const valueBytes = 100;
const limitMs = 240_000;

/** What the extension costs the editor, measured in the extension host of a real VS Code by a program that runs there. */
export async function benchEditor({ rounds }: { readonly rounds: number }): Promise<void> {
  // An older bundle would be measured without a word.
  await runOrThrow(process.execPath, ["esbuild.js", "--production"], { cwd: repository });
  const scratch = mkdtempSync(path.join(tmpdir(), "groupscope-bench-"));
  const kafka = await startRealKafka({ optimised: true, heapMb: 1_024 });
  const cluster = realClient({ servers: kafka.bootstrapServers });
  try {
    await fillTopic(cluster, { topic, partitions: 6, records, valueBytes });
    print(await measureInHost(scratch, { servers: kafka.bootstrapServers, rounds }));
  } finally {
    cluster.close();
    await kafka.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measureInHost(
  scratch: string,
  { servers, rounds }: { readonly servers: string; readonly rounds: number },
): Promise<EditorMeasures> {
  const result = path.join(scratch, "result.json");
  const workspace = path.join(scratch, "workspace");
  mkdirSync(workspace);
  const tests = await bundle();
  const profile = { id: "bench", name: "Bench", bootstrapServers: servers.split(",") };
  const settings = { "groupscope.clusters": [profile] };
  const host = await startVscodeHost({ extension: { from: "development" }, settings });
  const browser = await launchBrowser();
  try {
    const page = await newLocalPage(browser);
    await page.exposeFunction("codeAutomationLog", () => {});
    const exited = new Promise<number>((resolve) => void page.exposeFunction("codeAutomationExit", resolve));
    const node = process.execPath;
    const worker = path.join(repository, "dist/worker.cjs");
    const task: EditorTask = {
      result,
      topic,
      rounds,
      sameWorker: [node, await bundled("sameWorker"), worker, servers, topic, path.join(scratch, "storage")],
      engineAlone: [node, ...asOurWorker, await bundled("ours"), servers, topic, String(records / 2), "0"],
    };
    const env = { GROUPSCOPE_BENCH_TASK: JSON.stringify(task) };
    const window = { folder: workspace, extension: repository, tests, env };
    await page.goto(host.testUrl(window), { waitUntil: "commit" });
    const tooLate = new Promise<undefined>((resolve) =>
      setTimeout(() => resolve(undefined), limitMs).unref(),
    );
    const code = await Promise.race([exited, tooLate]);
    if (code !== 0) throw new Error(`the extension host ended with ${code}\n${host.log().slice(-4_000)}`);
    return JSON.parse(readFileSync(result, "utf8")) as EditorMeasures;
  } finally {
    await browser.close();
    await host.stop();
  }
}

async function bundle(): Promise<string> {
  const outfile = path.join(repository, "dist-test/bench.cjs");
  await build({
    entryPoints: [path.join(import.meta.dirname, "inHost.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    external: ["vscode"],
    logLevel: "warning",
  });
  return outfile;
}

const titles: Readonly<Record<SampleKind, string>> = {
  idle: "idle, views visible",
  playground: "flow from the playground, beside its two members",
  flow: "flow from real Kafka",
  sameWorker: "control: the same worker in another process, the extension idle",
  engineAlone: "the engine alone in another process, the extension idle",
};

function print({ hostNode, editor, activationMs, workerReadyMs, delays }: EditorMeasures): void {
  const activation =
    activationMs === undefined ? "done before it could be measured" : `${activationMs.toFixed(1)} ms`;
  console.log(
    `VS Code ${editor}, extension host on Node ${hostNode}, browser and broker on the same machine`,
  );
  console.log(`activation (loading the bundle and activate): ${activation}`);
  console.log(`first answer of the worker, its start included: ${workerReadyMs.toFixed(0)} ms\n`);
  const header = [
    "event-loop delay of the extension host",
    "p50 ms",
    "p99 ms",
    "max ms",
    "records/s",
    "busy cores",
  ];
  const rows = delays.map(({ kind, p50Ms, p99Ms, maxMs, recordsPerSecond, busyCores }) => [
    titles[kind],
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    maxMs.toFixed(1),
    recordsPerSecond === undefined ? "" : grouped(recordsPerSecond),
    busyCores.toFixed(2),
  ]);
  console.log(table(header, rows));
  const p99 = (kind: SampleKind) => medianP99(delays.filter((each) => each.kind === kind));
  const [flow, control, engine] = [p99("flow"), p99("sameWorker"), p99("engineAlone")];
  console.log(`\nmedian p99 while it reads ${flow.toFixed(2)} ms`);
  console.log(
    `above the control's ${control.toFixed(2)} ms: ${(flow - control).toFixed(2)} ms; 2 are allowed`,
  );
  console.log(`above that of the engine alone, ${engine.toFixed(2)} ms: ${(flow - engine).toFixed(2)} ms`);
}

function medianP99(samples: readonly DelaySample[]): number {
  const sorted = samples.map(({ p99Ms }) => p99Ms).toSorted((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, each) => sum + each, 0) / middle.length;
}
