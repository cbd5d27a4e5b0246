import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { launchBrowser, newLocalPage } from "#test/support/browser.ts";
import { realClient } from "#test/support/realCluster.ts";
import { startRealKafka } from "#test/support/realKafka.ts";
import { repository, startVscodeHost } from "#test/support/vscodeHost.ts";
import { asOurWorker, bundled } from "./clients.ts";
import { fillTopic } from "./fillTopic.ts";
import type { EditorMeasures } from "./inHost.ts";
import { grouped, table } from "./table.ts";

const topic = "bench-editor";
const records = 6_000_000;
const valueBytes = 100;
const limitMs = 240_000;

/** What the extension costs the editor, measured in the extension host of a real VS Code by a program that runs there. */
export async function benchEditor(): Promise<void> {
  const scratch = mkdtempSync(path.join(tmpdir(), "groupscope-bench-"));
  const kafka = await startRealKafka({ optimised: true, heapMb: 1_024 });
  const cluster = realClient({ servers: kafka.bootstrapServers });
  try {
    await fillTopic(cluster, { topic, partitions: 6, records, valueBytes });
    const profile = { id: "bench", name: "Bench", bootstrapServers: kafka.bootstrapServers.split(",") };
    const settings = { "groupscope.clusters": [profile] };
    print(await measureInHost(scratch, { settings, servers: kafka.bootstrapServers }));
  } finally {
    cluster.close();
    await kafka.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measureInHost(
  scratch: string,
  surroundings: { readonly settings: Readonly<Record<string, unknown>>; readonly servers: string },
): Promise<EditorMeasures> {
  const { settings, servers } = surroundings;
  const result = path.join(scratch, "result.json");
  const workspace = path.join(scratch, "workspace");
  mkdirSync(workspace);
  const tests = await bundle();
  const host = await startVscodeHost({ extension: { from: "development" }, settings });
  const browser = await launchBrowser();
  try {
    const page = await newLocalPage(browser);
    await page.exposeFunction("codeAutomationLog", () => {});
    const exited = new Promise<number>((resolve) => void page.exposeFunction("codeAutomationExit", resolve));
    const control = [
      process.execPath,
      ...asOurWorker,
      await bundled("ours"),
      servers,
      topic,
      String(records),
      "0",
    ];
    const env = {
      GROUPSCOPE_BENCH_RESULT: result,
      GROUPSCOPE_BENCH_TOPIC: topic,
      GROUPSCOPE_BENCH_CONTROL: JSON.stringify(control),
    };
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

function print({ hostNode, editor, activationMs, workerReadyMs, delays }: EditorMeasures): void {
  const activation =
    activationMs === undefined ? "done before it could be measured" : `${activationMs.toFixed(1)} ms`;
  console.log(
    `VS Code ${editor}, extension host on Node ${hostNode}, browser and broker on the same machine`,
  );
  console.log(`activation (loading the bundle and activate): ${activation}`);
  console.log(`first answer of the worker, its start included: ${workerReadyMs.toFixed(0)} ms\n`);
  const header = ["event-loop delay of the extension host", "p50 ms", "p99 ms", "max ms", "records/s"];
  const rows = delays.map(({ what, p50Ms, p99Ms, maxMs, recordsPerSecond }) => [
    what,
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    maxMs.toFixed(1),
    recordsPerSecond === undefined ? "" : grouped(recordsPerSecond),
  ]);
  console.log(table(header, rows));
  const [flowing, control] = delays.slice(-2);
  if (flowing && control) {
    const above = (flowing.p99Ms - control.p99Ms).toFixed(2);
    console.log(`\nits p99 while it reads is ${above} ms above the control's; 2 ms are allowed`);
  }
}
