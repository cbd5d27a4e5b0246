import { Emitter } from "#base/events.ts";
import { produce } from "#protocol/apis/produce.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { encodeBatch, type RecordInput } from "#protocol/records/batchWriter.ts";
import type { CompressionName } from "#protocol/records/compression/codec.ts";
import type { Broker } from "../broker.ts";
import type { Handler } from "../handlers/handler.ts";
import { LocalCalls, throwOnError } from "./localCall.ts";
import { partitionForKey } from "./partitioner.ts";

/** Records to be produced by the playground itself. */
export interface ProduceInput {
  readonly topic: string;
  /** By default each record goes where its key belongs, and those without key round the partitions. */
  readonly partition?: number | undefined;
  /** Records without a time get the playground's. */
  readonly records: readonly (Omit<RecordInput, "timestamp" | "offsetDelta"> & {
    readonly timestamp?: bigint | undefined;
  })[];
  readonly compression?: CompressionName | undefined;
  /** Who produces, as faults see it. */
  readonly clientId?: string | undefined;
}

/** Where one batch went. */
export interface ProducedBatch {
  readonly partition: number;
  readonly baseOffset: bigint;
  readonly records: number;
}

/** What a batch says of its producer; left out for one that is neither idempotent nor transactional. */
export interface ProducerStamp {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** The sequence of the first of so many records for a partition. */
  takeSequence(partition: { readonly topic: string; readonly partition: number }, records: number): number;
}

const plainVersion = 8;
/** Writes take part in the transaction by themselves (KIP-890). */
const transactionalVersion = 12;

/** Who the playground's own producers are, unless they have a name. */
export const ownClientId = "groupscope-playground";

/** Produces without a connection, but on the way of every request, so that faults act on it like on any client. */
export class LocalProducer {
  readonly #broker: Broker;
  /** Other requests on the same way. */
  readonly calls: LocalCalls;
  readonly #stopped = new Emitter<void>();
  readonly #stop = new AbortController();
  #roundRobin = 0;

  constructor(broker: Broker, handlers: ReadonlyMap<number, Handler>) {
    this.#broker = broker;
    this.calls = new LocalCalls(broker, handlers, this.#stopped.event);
  }

  /** Aborts when the playground stops. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /** One batch for each partition concerned. Rejects with BrokerError as soon as one is refused. */
  async produce(input: ProduceInput, stamp?: ProducerStamp): Promise<readonly ProducedBatch[]> {
    const topic = this.#broker.topics.byName(input.topic);
    if (!topic)
      throw new BrokerError("UNKNOWN_TOPIC_OR_PARTITION", "Produce", `there is no topic ${input.topic}`);
    const byPartition = new Map<number, RecordInput[]>();
    for (const record of input.records) {
      const partition = input.partition ?? this.#partitionFor(record.key, topic.partitions.length);
      const timestamp = record.timestamp ?? this.#broker.producerNow();
      const group = byPartition.get(partition);
      if (group) group.push({ ...record, timestamp });
      else byPartition.set(partition, [{ ...record, timestamp }]);
    }
    const batches = Array.from(byPartition, ([partition, records]) =>
      this.#produceBatch({ ...input, partition, records }, stamp),
    );
    return Promise.all(batches);
  }

  dispose(): void {
    this.#stop.abort();
    this.#stopped.fire();
    this.#stopped.dispose();
  }

  async #produceBatch(
    input: Omit<ProduceInput, "records"> & {
      readonly partition: number;
      readonly records: readonly RecordInput[];
    },
    stamp: ProducerStamp | undefined,
  ): Promise<ProducedBatch> {
    const { topic, partition, records, compression, clientId = ownClientId } = input;
    const id = { topic, partition };
    const batch = encodeBatch({
      baseOffset: 0n,
      records,
      compression,
      ...stampOf(stamp, id, records.length),
    });
    const node = this.#broker.leaderOf(id);
    if (!node)
      throw new BrokerError("LEADER_NOT_AVAILABLE", produce.name, `${topic}-${partition} has no leader`);
    const answered = await this.calls.call(produce, {
      node,
      version: stamp ? transactionalVersion : plainVersion,
      clientId,
      body: {
        transactionalId: stamp?.transactionalId ?? null,
        acks: -1,
        timeoutMs: 30_000,
        topicData: [{ name: topic, partitionData: [{ index: partition, records: batch }] }],
      },
    });
    const [answer] = answered.responses.flatMap((each) => each.partitionResponses);
    throwOnError(answer?.errorCode ?? -1, produce.name, answer?.errorMessage);
    return { partition, baseOffset: answer?.baseOffset ?? 0n, records: records.length };
  }

  #partitionFor(key: Uint8Array | null, partitions: number): number {
    if (key !== null) return partitionForKey(key, partitions);
    this.#roundRobin = (this.#roundRobin + 1) % partitions;
    return this.#roundRobin;
  }
}

function stampOf(
  stamp: ProducerStamp | undefined,
  partition: { readonly topic: string; readonly partition: number },
  records: number,
) {
  if (stamp === undefined) return {};
  const { producerId, producerEpoch } = stamp;
  const baseSequence = stamp.takeSequence(partition, records);
  return { producerId, producerEpoch, baseSequence, transactional: true };
}
