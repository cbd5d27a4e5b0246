import { Emitter } from "#base/events.ts";
import { produce } from "#protocol/apis/produce.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { decodeResponse, encodeRequest } from "#protocol/message.ts";
import { encodeBatch, type RecordInput } from "#protocol/records/batchWriter.ts";
import type { CompressionName } from "#protocol/records/compression/codec.ts";
import type { Broker } from "../broker.ts";
import type { Handler } from "../handlers/handler.ts";
import { serveRequest } from "../server/requestPath.ts";
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

const version = 8;
const sizePrefixBytes = 4;

/** Produces without a connection, but on the way of every request, so that faults act on it like on any client. */
export class LocalProducer {
  readonly #broker: Broker;
  readonly #handler: Handler;
  readonly #stopped = new Emitter<void>();
  #roundRobin = 0;

  constructor(broker: Broker, handlers: ReadonlyMap<number, Handler>) {
    const handler = handlers.get(produce.key);
    if (handler === undefined) throw new RangeError("Produce is not served");
    this.#broker = broker;
    this.#handler = handler;
  }

  /** One batch for each partition concerned. Rejects with BrokerError as soon as one is refused. */
  async produce(input: ProduceInput): Promise<readonly ProducedBatch[]> {
    const topic = this.#broker.topics.byName(input.topic);
    if (!topic)
      throw new BrokerError("UNKNOWN_TOPIC_OR_PARTITION", "Produce", `there is no topic ${input.topic}`);
    const byPartition = new Map<number, RecordInput[]>();
    for (const record of input.records) {
      const partition = input.partition ?? this.#partitionFor(record.key, topic.partitions.length);
      const timestamp = record.timestamp ?? BigInt(Math.floor(this.#broker.clock.now()));
      const group = byPartition.get(partition);
      if (group) group.push({ ...record, timestamp });
      else byPartition.set(partition, [{ ...record, timestamp }]);
    }
    const batches = Array.from(byPartition, ([partition, records]) =>
      this.#produceBatch(input, partition, records),
    );
    return Promise.all(batches);
  }

  dispose(): void {
    this.#stopped.fire();
    this.#stopped.dispose();
  }

  async #produceBatch(
    { topic, compression, clientId }: ProduceInput,
    partition: number,
    records: readonly RecordInput[],
  ): Promise<ProducedBatch> {
    const batch = encodeBatch({ baseOffset: 0n, records, compression });
    const frame = encodeRequest(
      produce,
      { version, correlationId: 0, clientId: clientId ?? "groupscope-playground" },
      {
        acks: -1,
        timeoutMs: 30_000,
        topicData: [{ name: topic, partitionData: [{ index: partition, records: batch }] }],
      },
    );
    const request = this.#handler.open(frame.subarray(sizePrefixBytes));
    if (!request.ok) throw request.error;
    const node = this.#broker.leaderOf({ topic, partition });
    if (!node)
      throw new BrokerError("LEADER_NOT_AVAILABLE", produce.name, `${topic}-${partition} has no leader`);
    const outcome = await serveRequest(request.value, produce.name, {
      broker: this.#broker,
      node,
      clientHost: "/playground",
      onGone: this.#stopped.event,
    });
    if (outcome.type !== "answer")
      throw new BrokerError("REQUEST_TIMED_OUT", produce.name, "it got no answer");
    const response = decodeResponse(produce, version, outcome.frame.subarray(sizePrefixBytes));
    if (!response.ok) throw response.error;
    const [answer] = response.value.body.responses.flatMap((each) => each.partitionResponses);
    if (answer === undefined || answer.errorCode !== 0) {
      throw new BrokerError(errorName(answer?.errorCode ?? -1), produce.name, answer?.errorMessage);
    }
    return { partition, baseOffset: answer.baseOffset, records: records.length };
  }

  #partitionFor(key: Uint8Array | null, partitions: number): number {
    if (key !== null) return partitionForKey(key, partitions);
    this.#roundRobin = (this.#roundRobin + 1) % partitions;
    return this.#roundRobin;
  }
}
