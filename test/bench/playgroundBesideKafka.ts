import type { Cluster } from "#network/cluster.ts";
import { deleteTopics } from "#protocol/apis/deleteTopics.ts";
import { throwIfError } from "#protocol/brokerError.ts";
import { startLivePlayground } from "#test/playground/livePlayground.ts";
import { realClient } from "#test/support/realCluster.ts";
import { startRealKafka } from "#test/support/realKafka.ts";
import { type Client, clientsHere, firstLine } from "./clients.ts";
import { fillTopic } from "./fillTopic.ts";
import { produceWithJava } from "./javaPerf.ts";
import { grouped, table } from "./table.ts";

/** How much foreign clients move, how often, and which of them. */
export interface BesideKafkaOptions {
  readonly records: number;
  /** Each client is measured as often on each of the two, in turn; the medians count. */
  readonly rounds: number;
  /** Only these, by the beginning of their names; none: all. */
  readonly clients: readonly string[];
}

/** A broker under test, with a topic to be read. */
interface Side {
  readonly servers: string;
  readonly filled: number;
}

/** Something a client does to a broker; gives how many records a second. */
interface Work {
  readonly name: string;
  run(side: Side): Promise<number>;
}

const partitions = 6;
const producerName = "Java producer-perf writes";

/** The same foreign clients on Kafka and on the playground, in turn, so that whatever else the machine does hits both. */
export async function benchBesideKafka(options: BesideKafkaOptions): Promise<void> {
  const { records, rounds } = options;
  const works = await worksOf(options);
  const kafka = await startRealKafka({ optimised: true, heapMb: 1_024 });
  // With room for what is read and for what one run writes.
  const live = await startLivePlayground({ settings: { maxLogBytes: records * 200 * 2 } });
  const rows: string[][] = [];
  try {
    const onKafka = await filledSide(kafka.bootstrapServers, records);
    const onOurs = await filledSide(live.bootstrapServers, records);
    for (const work of works) {
      const speeds = await inTurn(work, { sides: [onKafka, onOurs], rounds });
      rows.push(rowOf(work.name, speeds));
    }
  } finally {
    await live.playground.stop();
    await kafka.stop();
  }
  const header = [
    "records/s, medians",
    "Kafka",
    "playground",
    "ratio",
    "all on Kafka",
    "all on the playground",
  ];
  console.log(`\n${table(header, rows)}`);
}

async function worksOf({ records, clients }: BesideKafkaOptions): Promise<readonly Work[]> {
  const foreign = (await clientsHere(clients)).filter(({ name }) => name !== "ours");
  const readers = foreign.map((client) => ({
    name: `${client.name} reads`,
    run: (side: Side) => read(client, side),
  }));
  const writer: Work = {
    name: producerName,
    run: (side: Side) => write(side, records),
  };
  const isChosen = clients.length === 0 || clients.some((each) => producerName.startsWith(each));
  return isChosen ? [...readers, writer] : readers;
}

async function read(client: Client, { servers, filled }: Side): Promise<number> {
  const warmUp = Math.floor(filled / 4);
  const result = await client.run({ servers: servers.split(","), topic: "bench", records: filled, warmUp });
  return result.records / result.seconds;
}

/** Into a topic of its own, which goes again: neither side is slower for what earlier runs left. */
async function write({ servers }: Side, records: number): Promise<number> {
  const cluster = realClient({ servers });
  try {
    await fillTopic(cluster, { topic: "written", partitions, records: partitions, valueBytes: 100 });
    const speed = await produceWithJava({ servers, topic: "written", records });
    await deleteTopic(cluster, "written");
    return speed;
  } finally {
    cluster.close();
  }
}

/** Until it is gone: one of the same name is to be created next. */
async function deleteTopic(cluster: Cluster, topic: string): Promise<void> {
  const request = { topicNames: [topic], timeoutMs: 30_000 };
  const { body } = await cluster.send({ controller: true }, deleteTopics, request, { versions: [1, 5] });
  for (const { errorCode } of body.responses) throwIfError(deleteTopics, errorCode);
  for (;;) {
    const { topics } = await cluster.refreshMetadata({ topics: [topic] });
    if (topics.get(topic)?.error === "UNKNOWN_TOPIC_OR_PARTITION") return;
  }
}

async function filledSide(servers: string, records: number): Promise<Side> {
  const cluster = realClient({ servers });
  try {
    return {
      servers,
      filled: await fillTopic(cluster, { topic: "bench", partitions, records, valueBytes: 100 }),
    };
  } finally {
    cluster.close();
  }
}

/**
 * Runs before those that count. So long Kafka's broker gets faster: taking 2,500,000 records of 100 bytes costs it some 5.5 s
 * of CPU at first, then 2.6, 2.3, and 1.3 from there on.
 */
const warmUpRuns = 3;

/** The speeds by side. The one that goes first changes. */
async function inTurn(
  work: Work,
  { sides, rounds }: { readonly sides: readonly Side[]; readonly rounds: number },
): Promise<readonly number[][]> {
  const speeds = sides.map((): number[] => []);
  for (let round = -warmUpRuns; round < rounds; round++) {
    const order = Array.from(sides.entries());
    for (const [index, side] of round % 2 === 0 ? order : order.toReversed()) {
      try {
        const speed = await work.run(side);
        if (round >= 0) speeds[index]?.push(speed);
      } catch (failure) {
        console.log(`${work.name} did not finish: ${firstLine(failure)}`);
      }
    }
  }
  return speeds;
}

function rowOf(name: string, [onKafka = [], onOurs = []]: readonly number[][]): string[] {
  const all = (speeds: readonly number[]) =>
    speeds.map((speed) => `${(speed / 1_000).toFixed(0)}k`).join(" ");
  const ratio = median(onOurs) / median(onKafka);
  return [
    name,
    grouped(median(onKafka)),
    grouped(median(onOurs)),
    ratio.toFixed(2),
    all(onKafka),
    all(onOurs),
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
