import { realClient } from "#test/support/realCluster.ts";
import { startRealKafka } from "#test/support/realKafka.ts";
import { type Client, clientsHere, firstLine } from "./clients.ts";
import { fillTopic } from "./fillTopic.ts";
import type { ClientResult } from "./measure.ts";
import { grouped, table } from "./table.ts";

const partitions = 6;
const warmUpShare = 0.25;
const codecs = ["none", "lz4", "zstd"] as const;

/** How much is measured. */
export interface ThroughputOptions {
  /** Records of 100 bytes; of 1 KiB it is a third. */
  readonly records: number;
  /** Each client is measured as often, in turn, and its best run counts. */
  readonly rounds: number;
}

/** Consumers of one real broker in one run, each in a process of its own. */
export async function benchThroughput({ records, rounds }: ThroughputOptions): Promise<void> {
  const clients = await clientsHere();
  const kafka = await startRealKafka({ optimised: true, heapMb: 1_024 });
  const cluster = realClient({ servers: kafka.bootstrapServers });
  try {
    for (const [valueBytes, wanted] of [
      [100, records],
      [1_024, Math.ceil(records / 3)],
    ] as const) {
      for (const compression of codecs) {
        const topic = `bench-${valueBytes}-${compression}`;
        const filling = { topic, partitions, records: wanted, valueBytes, compression };
        const filled = await fillTopic(cluster, filling);
        const task = {
          servers: kafka.bootstrapServers.split(","),
          topic,
          records: filled,
          warmUp: Math.floor(filled * warmUpShare),
        };
        const results = await measureAll(clients, task, rounds);
        print(
          `${valueBytes} B records, ${grouped(filled)} in ${partitions} partitions, ${compression}`,
          results,
        );
      }
    }
  } finally {
    cluster.close();
    await kafka.stop();
  }
}

type Task = Parameters<Client["run"]>[0];

async function measureAll(
  clients: readonly Client[],
  task: Task,
  rounds: number,
): Promise<readonly (readonly ClientResult[])[]> {
  const results = new Map<Client, ClientResult[]>();
  // The first run of all warms the broker's page cache, and counts for nobody.
  await clients[0]?.run(task);
  for (let round = 0; round < rounds; round++) {
    for (const client of clients) {
      process.stderr.write(`  ${client.name} reads ${task.topic}\x1b[K\r`);
      try {
        const result = await client.run(task);
        results.set(client, [...(results.get(client) ?? []), result]);
      } catch (failure) {
        console.log(`${client.name} did not finish ${task.topic}: ${firstLine(failure)}`);
      }
    }
  }
  return Array.from(results.values());
}

function print(what: string, results: readonly (readonly ClientResult[])[]): void {
  const best = results.flatMap((runs) => runs.toSorted((a, b) => perSecond(b) - perSecond(a)).slice(0, 1));
  const rounds = results[0]?.length ?? 0;
  console.log(`\n${what}; the best of ${rounds} runs after a warm-up of ${warmUpShare * 100} %\n`);
  const header = ["client", "records/s", "MB/s", "per CPU second", "CPU s", "peak MB", "all runs, records/s"];
  const rows = best.map((result, index) => [
    result.client,
    grouped(perSecond(result)),
    (result.valueBytes / result.seconds / 1e6).toFixed(0),
    grouped(perCpuSecond(result)),
    result.cpuSeconds.toFixed(2),
    (result.peakRss / 1e6).toFixed(0),
    (results[index] ?? []).map((run) => grouped(perSecond(run))).join(" "),
  ]);
  console.log(table(header, rows));
  const [ours, ...others] = best;
  for (const other of ours ? others : []) {
    const ratio = (of: (result: ClientResult) => number) => (of(ours as ClientResult) / of(other)).toFixed(2);
    console.log(`ours / ${other.client}: ${ratio(perSecond)} in time, ${ratio(perCpuSecond)} per CPU second`);
  }
  const sums = new Set(best.flatMap(({ sum }) => sum ?? []));
  console.log(sums.size === 1 ? "all that look at bytes read the same" : "NOT all read the same bytes");
}

function perSecond({ records, seconds }: ClientResult): number {
  return records / seconds;
}

function perCpuSecond({ records, cpuSeconds }: ClientResult): number {
  return records / cpuSeconds;
}
