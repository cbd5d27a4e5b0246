import { sleep } from "#base/clock.ts";
import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import { endTxn } from "#protocol/apis/endTxn.ts";
import { initProducerId } from "#protocol/apis/initProducerId.ts";
import type { Broker } from "../broker.ts";
import type { TransactionEnd } from "../transactions/transaction.ts";
import { throwOnError } from "./localCall.ts";
import {
  type LocalProducer,
  ownClientId,
  type ProducedBatch,
  type ProduceInput,
  type ProducerStamp,
} from "./localProducer.ts";

/** A transaction that the playground itself makes. */
export interface LocalTransactionOptions {
  readonly transactionalId: string;
  /** A minute by default; then the broker aborts it. */
  readonly timeoutMs?: number | undefined;
  readonly clientId?: string | undefined;
}

interface Deps {
  readonly broker: Broker;
  readonly producer: LocalProducer;
}

/** A transaction under way. Left alone it holds back the last stable offset of what it wrote to, until its timeout. */
export class LocalTransaction {
  readonly #deps: Deps;
  readonly #clientId: string;
  readonly #stamp: ProducerStamp;
  readonly #sequences = new TopicPartitionMap<number>();

  private constructor(
    deps: Deps,
    producer: Omit<ProducerStamp, "takeSequence"> & { readonly clientId: string },
  ) {
    const { transactionalId, producerId, producerEpoch, clientId } = producer;
    this.#deps = deps;
    this.#clientId = clientId;
    this.#stamp = {
      transactionalId,
      producerId,
      producerEpoch,
      takeSequence: (partition, records) => this.#takeSequence(partition, records),
    };
  }

  /** Rejects with BrokerError: CONCURRENT_TRANSACTIONS while an earlier one of the same id has to be aborted. */
  static async begin(options: LocalTransactionOptions, deps: Deps): Promise<LocalTransaction> {
    const { transactionalId, timeoutMs = 60_000, clientId = ownClientId } = options;
    await coordinatorLoaded(deps, transactionalId);
    const answer = await deps.producer.calls.call(initProducerId, {
      node: deps.broker.transactionCoordinatorOf(transactionalId),
      version: 5,
      clientId,
      body: { transactionalId, transactionTimeoutMs: timeoutMs },
    });
    throwOnError(answer.errorCode, initProducerId.name);
    const { producerId, producerEpoch } = answer;
    return new LocalTransaction(deps, { transactionalId, producerId, producerEpoch, clientId });
  }

  get producerId(): bigint {
    return this.#stamp.producerId;
  }

  get producerEpoch(): number {
    return this.#stamp.producerEpoch;
  }

  /** Rejects with BrokerError when the broker refuses a batch. */
  async produce(input: ProduceInput): Promise<readonly ProducedBatch[]> {
    await coordinatorLoaded(this.#deps, this.#stamp.transactionalId);
    return await this.#deps.producer.produce({ ...input, clientId: this.#clientId }, this.#stamp);
  }

  /** Makes visible what was produced. */
  commit(): Promise<void> {
    return this.#end("commit");
  }

  /** Has consumers that read committed pass over what was produced. */
  abort(): Promise<void> {
    return this.#end("abort");
  }

  async #end(how: TransactionEnd): Promise<void> {
    const { transactionalId, producerId, producerEpoch } = this.#stamp;
    await coordinatorLoaded(this.#deps, transactionalId);
    const answer = await this.#deps.producer.calls.call(endTxn, {
      node: this.#deps.broker.transactionCoordinatorOf(transactionalId),
      version: 5,
      clientId: this.#clientId,
      body: { transactionalId, producerId, producerEpoch, committed: how === "commit" },
    });
    throwOnError(answer.errorCode, endTxn.name);
  }

  #takeSequence(partition: TopicPartition, records: number): number {
    const sequence = this.#sequences.get(partition) ?? 0;
    this.#sequences.set(partition, sequence + records);
    return sequence;
  }
}

const loadingPauseMs = 10;

/** Waits for a coordinator that took over, as any producer does that is told COORDINATOR_LOAD_IN_PROGRESS. */
async function coordinatorLoaded({ broker }: Deps, transactionalId: string): Promise<void> {
  while (broker.transactionCoordinators.isLoading(transactionalId)) await sleep(broker.clock, loadingPauseMs);
}
