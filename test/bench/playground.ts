import { monitorEventLoopDelay } from "node:perf_hooks";
import { tcpTransport } from "#node/tcpTransport.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { startLivePlayground } from "#test/playground/livePlayground.ts";
import { RawClient } from "#test/playground/rawClient.ts";
import { runOrThrow } from "#test/support/runProgram.ts";
import { bundled } from "./clients.ts";
import { type BesideKafkaOptions, benchBesideKafka } from "./playgroundBesideKafka.ts";
import { grouped, table } from "./table.ts";

/** How much is moved, and what of it all is measured. */
export interface PlaygroundBenchOptions extends BesideKafkaOptions {
  readonly megabytes: number;
}

const mebibyte = 1024 * 1024;
const partitions = 6;

/** The playground as a broker: what it moves, how others do on it beside real Kafka, and what it bears. */
export async function benchPlayground(options: PlaygroundBenchOptions): Promise<void> {
  const { clients, megabytes } = options;
  const wants = (part: string) => clients.length === 0 || clients.includes(part);
  if (wants("raw")) await benchRawFrames(megabytes);
  if (wants("scale")) await benchScale();
  const others = clients.filter((part) => part !== "raw" && part !== "scale");
  if (clients.length === 0 || others.length > 0) await benchBesideKafka({ ...options, clients: others });
}

interface Moved {
  readonly megabytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** It lives in this process, as in an extension host's worker; whoever writes and reads has a process of its own. */
async function benchRawFrames(megabytes: number): Promise<void> {
  const live = await startLivePlayground();
  const maxBytes = live.playground.memory().maxBytes;
  live.playground.createTopic("raw", { partitions });
  const program = await bundled("rawFrames");
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const cpu = process.cpuUsage();
  const answer = await runOrThrow(
    process.execPath,
    [program, live.bootstrapServers, "raw", String(megabytes)],
    { timeoutMs: 300_000 },
  );
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  const { written, readBack } = JSON.parse(answer) as { readonly written: Moved; readonly readBack: Moved };
  const row = (what: string, { megabytes: moved, seconds, cpuSeconds }: Moved) => [
    what,
    moved.toFixed(0),
    (moved / seconds).toFixed(0),
    cpuSeconds.toFixed(2),
  ];
  console.log(
    table(["raw frames", "MB", "MB/s", "driver's CPU s"], [row("in", written), row("out", readBack)]),
  );
  const cpuSeconds = (user + system) / 1e6;
  const perCpuSecond = (written.megabytes + readBack.megabytes) / cpuSeconds;
  console.log(`the playground: ${cpuSeconds.toFixed(2)} CPU s, ${perCpuSecond.toFixed(0)} MB per CPU second`);
  const [mean, p99, max] = [delay.mean, delay.percentile(99), delay.max].map((ns) => (ns / 1e6).toFixed(1));
  console.log(`the loop it lives in was late by ${mean} ms on average, ${p99} ms at p99, ${max} ms at most`);
  const { usedBytes, droppedBatches } = live.playground.memory();
  console.log(
    `logs hold ${(usedBytes / mebibyte).toFixed(0)} of ${(maxBytes / mebibyte).toFixed(0)} MiB; ` +
      `${grouped(droppedBatches)} of the oldest batches went`,
  );
  await live.playground.stop();
}

/** Many topics, many connections. */
async function benchScale(): Promise<void> {
  const live = await startLivePlayground();
  const startedAt = performance.now();
  for (let topic = 0; topic < 1_000; topic++) live.playground.createTopic(`t${topic}`, { partitions: 10 });
  const createdMs = performance.now() - startedAt;
  const [host = "", port = ""] = live.bootstrapServers.split(":");
  const clients = await Promise.all(
    Array.from({ length: 500 }, () => RawClient.connect(tcpTransport, { host, port: Number(port) })),
  );
  const askedAt = performance.now();
  await Promise.all(clients.map((each, index) => each.call(metadata, { topics: [{ name: `t${index}` }] })));
  const askedMs = performance.now() - askedAt;
  const allAt = performance.now();
  const all = await clients[0]?.call(metadata, { topics: null });
  const allMs = performance.now() - allAt;
  const heap = process.memoryUsage().heapUsed / mebibyte;
  console.log(
    `\n1,000 topics of 10 partitions: made in ${createdMs.toFixed(0)} ms; Metadata of all ` +
      `${grouped(all?.topics.length ?? 0)} in ${allMs.toFixed(0)} ms; 500 connections, one question each: ` +
      `${askedMs.toFixed(0)} ms; heap ${heap.toFixed(0)} MiB`,
  );
  for (const client of clients) client.close();
  await live.playground.stop();
}
