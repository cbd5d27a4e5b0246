import { realClient } from "#test/support/realCluster.ts";
import { startRealKafka } from "#test/support/realKafka.ts";
import { type Client, clientsHere, firstLine } from "./clients.ts";
import { fillTopic } from "./fillTopic.ts";
import type { ClientResult } from "./measure.ts";
import { grouped, table } from "./table.ts";

const partitions = 6;
const warmUpShare = 0.25;
const codecs = ["none", "lz4", "zstd"] as const;
const sizes = [100, 1_024] as const;

/** How much is measured. */
export interface ThroughputOptions {
  /** Records of 100 bytes; of 1 KiB it is a third. */
  readonly records: number;
  /** Each client is measured as often, in turn; its median run counts. */
  readonly rounds: number;
  /** Only these codecs; none: all. */
  readonly codecs: readonly string[];
  /** Only records of these sizes; none: all. */
  readonly sizes: readonly string[];
  /** Only these clients, by the beginning of their names; none: all. */
  readonly clients: readonly string[];
}

/** Consumers of one real broker in one run, each in a process of its own. */
export async function benchThroughput(options: ThroughputOptions): Promise<void> {
  const { records, rounds } = options;
  const clients = await clientsHere(options.clients);
  const kafka = await startRealKafka({ optimised: true, heapMb: 1_024 });
  const cluster = realClient({ servers: kafka.bootstrapServers });
  try {
    for (const valueBytes of sizes.filter((size) => isChosen(options.sizes, String(size)))) {
      const wanted = valueBytes === 100 ? records : Math.ceil(records / 3);
      for (const compression of codecs.filter((codec) => isChosen(options.codecs, codec))) {
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

function isChosen(chosen: readonly string[], name: string): boolean {
  return chosen.length === 0 || chosen.includes(name);
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
  const medians = results.flatMap(medianRun);
  const rounds = results[0]?.length ?? 0;
  console.log(`\n${what}; the median of ${rounds} runs after a warm-up of ${warmUpShare * 100} %\n`);
  const header = ["client", "records/s", "MB/s", "per CPU second", "CPU s", "peak MB", "all runs, records/s"];
  const rows = medians.map((result, index) => [
    result.client,
    grouped(perSecond(result)),
    (result.valueBytes / result.seconds / 1e6).toFixed(0),
    grouped(perCpuSecond(result)),
    result.cpuSeconds.toFixed(2),
    (Math.max(...(results[index] ?? []).map(({ peakRss }) => peakRss)) / 1e6).toFixed(0),
    (results[index] ?? []).map((run) => grouped(perSecond(run))).join(" "),
  ]);
  console.log(table(header, rows));
  const [ours, ...others] = medians;
  for (const other of ours ? others : []) {
    const ratio = (of: (result: ClientResult) => number) => (of(ours as ClientResult) / of(other)).toFixed(2);
    console.log(`ours / ${other.client}: ${ratio(perSecond)} in time, ${ratio(perCpuSecond)} per CPU second`);
  }
  const sums = new Set(medians.flatMap(({ sum }) => sum ?? []));
  console.log(sums.size === 1 ? "all that look at bytes read the same" : "NOT all read the same bytes");
}

/** The middle one by speed, the slower of two. */
function medianRun(runs: readonly ClientResult[]): readonly ClientResult[] {
  const middle = Math.floor((runs.length - 1) / 2);
  return runs.toSorted((a, b) => perSecond(a) - perSecond(b)).slice(middle, middle + 1);
}

function perSecond({ records, seconds }: ClientResult): number {
  return records / seconds;
}

function perCpuSecond({ records, cpuSeconds }: ClientResult): number {
  return records / cpuSeconds;
}
