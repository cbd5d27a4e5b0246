import { seededRandom } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import type { ClusterClientOptions } from "#network/clusterClientOptions.ts";
import type { ResponseInput } from "#protocol/api.ts";
import { type FetchRequest, fetch } from "#protocol/apis/fetch.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { FakeBroker } from "../../network/fakeBroker.ts";
import { MemoryNetwork } from "../../support/memoryNetwork.ts";
import { VirtualClock } from "../../support/virtualClock.ts";
import { type BenchSession, benchSession } from "./benchSession.ts";

type FetchAnswer = ResponseInput<typeof fetch>;
type PartitionAnswer = FetchAnswer["responses"][number]["partitions"][number];

/** One batch of a fake log: what it covers by the log's index, whatever its bytes say. */
export interface FakeBatch {
  readonly from: bigint;
  readonly to: bigint;
  readonly bytes: Uint8Array;
}

/** What a test says instead of the log; `undefined` leaves the answer to the log. */
export type FetchScript = (
  ask: FetchRequest["topics"][number]["partitions"][number],
  context: { readonly nodeId: number; readonly rack: string; readonly times: number },
) => Partial<PartitionAnswer> | undefined;

const topicId = "ttttttttttttttttttttQA";

/**
 * Brokers that serve one topic, `orders`, from logs of any bytes, without sessions, and say beside them whatever a test
 * wants: hints, replicas, refusals. Reached by the real client, over the wire.
 */
export class FakeLeaders {
  readonly clock = new VirtualClock({ seed: 1 });
  readonly network = new MemoryNetwork({ clock: this.clock, seed: 1 });
  readonly brokers = new Map<number, FakeBroker>();
  /** Who leads a partition, by its number; all replicas are in sync. */
  leaders: number[];
  leaderEpoch = 0;
  logs: (readonly FakeBatch[])[];
  script: FetchScript = () => undefined;
  /** For the whole answer. */
  more: Partial<Omit<FetchAnswer, "responses">> = {};
  readonly #random = seededRandom(1);
  #fetches = 0;

  constructor(nodes: readonly number[], leaders: readonly number[]) {
    this.leaders = leaders.slice();
    this.logs = leaders.map(() => []);
    for (const nodeId of nodes) {
      const broker = new FakeBroker();
      this.brokers.set(nodeId, broker);
      broker.on(metadata, ({ answer }) => answer(this.#metadata()));
      broker.on(listOffsets, ({ body, answer }) =>
        answer({
          topics: body.topics.map(({ name, partitions }) => ({
            name,
            partitions: partitions.map(({ partitionIndex, timestamp }) => ({
              partitionIndex,
              errorCode: 0,
              timestamp: -1n,
              offset:
                timestamp === -2n ? (this.logs[partitionIndex]?.[0]?.from ?? 0n) : this.#end(partitionIndex),
            })),
          })),
        }),
      );
      broker.on(fetch, ({ body, answer }) => {
        const found = this.#fetch(nodeId, body);
        const isEmpty = found.responses.every(({ partitions }) =>
          partitions.every(
            (each) => each.errorCode === 0 && !each.records?.length && !each.preferredReadReplica,
          ),
        );
        if (isEmpty) this.clock.schedule(body.maxWaitMs, () => answer(this.#fetch(nodeId, body)));
        else answer(found);
      });
    }
  }

  async start(): Promise<void> {
    for (const [nodeId, broker] of this.brokers) {
      await this.run(broker.listen(this.network, { host: `b${nodeId}`, port: 9092 }));
    }
  }

  run<T>(work: Promise<T>): Promise<T> {
    return this.clock.runUntil(work, { limitMs: 120_000 });
  }

  /** A reader of all partitions, without a group. */
  session(
    options: Partial<ConsumerOptions> = {},
    client: Partial<ClusterClientOptions> = {},
  ): BenchSession & { readonly cluster: ClusterClient } {
    const { clock } = this;
    const [first] = this.brokers.keys();
    const cluster = new ClusterClient({
      bootstrapServers: [`b${first}:9092`],
      clientId: "test",
      transport: this.network,
      clock,
      random: this.#random,
      ...client,
    });
    const reader = { groupId: undefined, startPosition: { kind: "start" }, ...options } as const;
    return { ...benchSession(reader, { name: "A", cluster, clock, random: this.#random }), cluster };
  }

  /** What was asked of a broker, oldest first: the offsets of one partition. */
  asked({ partition }: TopicPartition, nodeId?: number): readonly bigint[] {
    const brokers = nodeId === undefined ? Array.from(this.brokers.values()) : [this.brokers.get(nodeId)];
    return brokers.flatMap((broker) =>
      (broker?.requests(fetch) ?? []).flatMap(({ body }) =>
        body.topics.flatMap(({ partitions }) =>
          partitions.filter((each) => each.partition === partition).map(({ fetchOffset }) => fetchOffset),
        ),
      ),
    );
  }

  get nodes() {
    return Array.from(this.brokers.keys(), (nodeId) => ({ nodeId, host: `b${nodeId}`, port: 9092 }));
  }

  #end(partition: number): bigint {
    return this.logs[partition]?.at(-1)?.to ?? 0n;
  }

  #metadata(): ResponseInput<typeof metadata> {
    const replicas = Array.from(this.brokers.keys());
    return {
      brokers: this.nodes,
      clusterId: "fake",
      controllerId: -1,
      topics: [
        {
          errorCode: 0,
          name: "orders",
          topicId,
          partitions: this.leaders.map((leaderId, partitionIndex) => ({
            errorCode: 0,
            partitionIndex,
            leaderId,
            leaderEpoch: this.leaderEpoch,
            replicaNodes: replicas,
            isrNodes: replicas,
          })),
        },
      ],
    };
  }

  #fetch(nodeId: number, body: FetchRequest): FetchAnswer {
    const times = this.#fetches++;
    let left = body.maxBytes;
    let isFirst = true;
    const read = (ask: Parameters<FetchScript>[0]): PartitionAnswer => {
      const limit = Math.min(left, ask.partitionMaxBytes);
      const records = this.#read(ask.partition, ask.fetchOffset, limit, isFirst);
      left -= records.length;
      if (records.length > 0) isFirst = false;
      const highWatermark = this.#end(ask.partition);
      return {
        partitionIndex: ask.partition,
        errorCode: 0,
        highWatermark,
        lastStableOffset: highWatermark,
        logStartOffset: 0n,
        records,
        ...this.script(ask, { nodeId, rack: body.rackId, times }),
      };
    };
    const responses = body.topics.map(({ topic, topicId: id, partitions }) => ({
      topic,
      topicId: id,
      partitions: partitions.map(read),
    }));
    return { errorCode: 0, responses, ...this.more };
  }

  /** From the batch that holds the offset, as much as fits; the first batch of an answer comes whole. */
  #read(partition: number, offset: bigint, limit: number, firstAnyway: boolean): Uint8Array {
    const batches = (this.logs[partition] ?? []).filter(({ to }) => to > offset);
    const bytes = Buffer.concat(batches.map((batch) => batch.bytes));
    const least = firstAnyway ? (batches[0]?.bytes.length ?? 0) : 0;
    return new Uint8Array(bytes.subarray(0, Math.max(least, Math.max(0, limit))));
  }
}
