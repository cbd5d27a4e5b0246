import { monitorEventLoopDelay } from "node:perf_hooks";
import { tcpTransport } from "#node/tcpTransport.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { type LivePlayground, startLivePlayground } from "#test/playground/livePlayground.ts";
import { RawClient } from "#test/playground/rawClient.ts";
import { newestKafka } from "#test/support/kafkaJars.ts";
import { kafkaTool } from "#test/support/kafkaTool.ts";
import { realClient } from "#test/support/realCluster.ts";
import { startRealKafka } from "#test/support/realKafka.ts";
import { runOrThrow } from "#test/support/runProgram.ts";
import { bundled, clientsHere, firstLine } from "./clients.ts";
import { fillTopic } from "./fillTopic.ts";
import { grouped, table } from "./table.ts";

/** How much is moved. */
export interface PlaygroundBenchOptions {
  readonly records: number;
  readonly megabytes: number;
}

const mebibyte = 1024 * 1024;
const partitions = 6;

/** The playground as a broker: what it moves, how others do on it beside real Kafka, and what it bears. */
export async function benchPlayground(options: PlaygroundBenchOptions): Promise<void> {
  await benchRawFrames(options.megabytes);
  await benchScale();
  await benchForeignClients(options.records);
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

/** The same consumers, and Java's producer, on both in one run. */
async function benchForeignClients(records: number): Promise<void> {
  const clients = (await clientsHere()).slice(1);
  const kafka = await startRealKafka({ optimised: true, heapMb: 1_024 });
  const live = await startPlaygroundFor(records);
  const rows: string[][] = [];
  const compare = (what: string, onKafka: number, onOurs: number) =>
    rows.push([what, grouped(onKafka), grouped(onOurs), (onOurs / onKafka).toFixed(2)]);
  const sides = [kafka.bootstrapServers, live.bootstrapServers];
  try {
    const filled = [];
    for (const servers of sides) {
      const cluster = realClient({ servers });
      filled.push(await fillTopic(cluster, { topic: "bench", partitions, records, valueBytes: 100 }));
      cluster.close();
    }
    for (const client of clients) {
      const speeds = [];
      try {
        for (const [index, servers] of sides.entries()) {
          const count = filled[index] ?? 0;
          const task = { servers: servers.split(","), topic: "bench", records: count, warmUp: count / 4 };
          const result = await client.run({ ...task, warmUp: Math.floor(task.warmUp) });
          speeds.push(result.records / result.seconds);
        }
        compare(`${client.name} reads`, speeds[0] ?? 0, speeds[1] ?? 0);
      } catch (failure) {
        console.log(`${client.name} did not finish: ${firstLine(failure)}`);
      }
    }
    const written = [];
    for (const servers of sides) written.push(await produceWithJava(servers, records));
    compare("Java producer-perf writes", written[0] ?? 0, written[1] ?? 0);
  } finally {
    await live.playground.stop();
    await kafka.stop();
  }
  console.log(`\n${table(["records/s", "Kafka", "playground", "ratio"], rows)}`);
}

/** With room for what is read and what Java writes. */
function startPlaygroundFor(records: number): Promise<LivePlayground> {
  return startLivePlayground({ settings: { maxLogBytes: records * 400 } });
}

async function produceWithJava(servers: string, records: number): Promise<number> {
  const { stdout, stderr } = await kafkaTool(newestKafka, "producer-perf", [
    ...["--topic", "bench", "--num-records", String(records), "--record-size", "100", "--throughput", "-1"],
    ...["--producer-props", `bootstrap.servers=${servers}`],
  ]);
  const last = stdout.trim().split("\n").at(-1) ?? "";
  const speed = /([\d.]+) records\/sec/.exec(last)?.[1];
  if (speed === undefined) throw new Error(`no result: ${last} ${stderr}`);
  return Number(speed);
}
