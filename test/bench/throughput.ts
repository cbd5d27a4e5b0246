import path from "node:path";
import { realClient } from "#test/support/realCluster.ts";
import { startRealKafka } from "#test/support/realKafka.ts";
import { runOrThrow } from "#test/support/runProgram.ts";
import { fillTopic } from "./fillTopic.ts";
import type { ClientResult } from "./measure.ts";
import { grouped, table } from "./table.ts";

const clients = ["consumeOurs", "consumeKafkajs", "consumePlatformatic"] as const;
const partitions = 6;
const warmUpShare = 0.25;
/** A client that takes longer hangs, or is of no interest; it is said, and the others go on. */
const clientLimitMs = 60_000;

/** How much is measured. */
export interface ThroughputOptions {
  /** Records of 100 bytes; of 1 KiB it is half as many. */
  readonly records: number;
  /** Each client is measured as often, in turn, and its best run counts. */
  readonly rounds: number;
}

/** Consumers of one real broker in one run, each in a process of its own. */
export async function benchThroughput({ records, rounds }: ThroughputOptions): Promise<void> {
  const kafka = await startRealKafka({ optimised: true, heapMb: 1_024 });
  const cluster = realClient({ servers: kafka.bootstrapServers });
  try {
    for (const [valueBytes, count] of [
      [100, records],
      [1_024, records / 2],
    ] as const) {
      const topic = `bench-${valueBytes}`;
      const filled = await fillTopic(cluster, { topic, partitions, records: count, valueBytes });
      const results = new Map<string, ClientResult[]>();
      // The first run of all warms the broker's page cache, and counts for nobody.
      await runClient("consumeKafkajs", kafka.bootstrapServers, topic, filled);
      for (let round = 0; round < rounds; round++) {
        for (const client of clients) {
          const result = await runClient(client, kafka.bootstrapServers, topic, filled);
          if (result) results.set(client, [...(results.get(client) ?? []), result]);
        }
      }
      print(valueBytes, filled, Array.from(results.values()));
    }
  } finally {
    cluster.close();
    await kafka.stop();
  }
}

async function runClient(
  client: (typeof clients)[number],
  servers: string,
  topic: string,
  records: number,
): Promise<ClientResult | undefined> {
  const file = path.join(import.meta.dirname, `${client}.ts`);
  const warmUp = Math.floor(records * warmUpShare);
  const args = [file, servers, topic, String(records), String(warmUp)];
  const env = { ...process.env, NODE_NO_WARNINGS: "1" };
  process.stderr.write(`  ${client} reads ${topic}\r`);
  try {
    const output = await runOrThrow(process.execPath, args, { timeoutMs: clientLimitMs, env });
    return JSON.parse(output) as ClientResult;
  } catch (failure) {
    const [reason] = String(failure instanceof Error ? failure.message : failure).split("\n");
    console.log(`${client} did not finish: ${reason}`);
    return undefined;
  }
}

function print(valueBytes: number, filled: number, results: readonly (readonly ClientResult[])[]): void {
  const best = results.flatMap((runs) =>
    runs.toSorted((a, b) => perCpuSecond(b) - perCpuSecond(a)).slice(0, 1),
  );
  const sums = new Set(best.map(({ sum }) => sum));
  console.log(
    `\n${valueBytes} B records, ${grouped(filled)} in ${partitions} partitions, uncompressed; the best of ` +
      `${results[0]?.length ?? 0} runs after a warm-up of ${warmUpShare * 100} %\n`,
  );
  const header = [
    "client",
    "records/s",
    "MB/s",
    "records per CPU second",
    "CPU s",
    "all runs, per CPU second",
  ];
  const rows = best.map((result, index) => [
    result.client,
    grouped(result.records / result.seconds),
    (result.valueBytes / result.seconds / 1e6).toFixed(0),
    grouped(perCpuSecond(result)),
    result.cpuSeconds.toFixed(2),
    (results[index] ?? []).map((run) => grouped(perCpuSecond(run))).join(" "),
  ]);
  console.log(table(header, rows));
  const [ours, ...others] = best;
  for (const other of ours ? others : []) {
    const ratio = perCpuSecond(ours as ClientResult) / perCpuSecond(other);
    console.log(`ours / ${other.client} per CPU second: ${ratio.toFixed(2)}`);
  }
  console.log(sums.size === 1 ? "all read the same bytes" : "NOT all read the same bytes");
}

function perCpuSecond({ records, cpuSeconds }: ClientResult): number {
  return records / cpuSeconds;
}
