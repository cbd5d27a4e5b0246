import { sleep } from "#base/clock.ts";
import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import { endTxn } from "#protocol/apis/endTxn.ts";
import { initProducerId } from "#protocol/apis/initProducerId.ts";
import { BrokerError } from "#protocol/brokerError.ts";
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
  /** A minute by default; then the broker aborts it. Nothing waits longer than that for a coordinator that loads. */
  readonly timeoutMs?: number | undefined;
  readonly clientId?: string | undefined;
  /** Ends the wait for a coordinator that loads, before the transaction begins. */
  readonly signal?: AbortSignal | undefined;
}

interface Deps {
  readonly broker: Broker;
  readonly producer: LocalProducer;
}

/**
 * A transaction under way. Left alone it holds back the last stable offset of what it wrote to, until its timeout.
 *
 * What is asked of it waits while its coordinator loads. It rejects with CancelledError when its signal aborts meanwhile,
 * or the playground stops, and with BrokerError COORDINATOR_LOAD_IN_PROGRESS when it takes longer than its timeout.
 */
export class LocalTransaction {
  readonly #deps: Deps;
  readonly #clientId: string;
  readonly #timeoutMs: number;
  readonly #stamp: ProducerStamp;
  readonly #sequences = new TopicPartitionMap<number>();

  private constructor(
    deps: Deps,
    producer: Omit<ProducerStamp, "takeSequence"> & { readonly clientId: string; readonly timeoutMs: number },
  ) {
    const { transactionalId, producerId, producerEpoch, clientId, timeoutMs } = producer;
    this.#deps = deps;
    this.#clientId = clientId;
    this.#timeoutMs = timeoutMs;
    this.#stamp = {
      transactionalId,
      producerId,
      producerEpoch,
      takeSequence: (partition, records) => this.#takeSequence(partition, records),
    };
  }

  /** Rejects with BrokerError: CONCURRENT_TRANSACTIONS while an earlier one of the same id has to be aborted. */
  static async begin(options: LocalTransactionOptions, deps: Deps): Promise<LocalTransaction> {
    const { transactionalId, timeoutMs = 60_000, clientId = ownClientId, signal } = options;
    await coordinatorLoaded(deps, { transactionalId, timeoutMs, signal });
    const answer = await deps.producer.calls.call(initProducerId, {
      node: deps.broker.transactionCoordinatorOf(transactionalId),
      version: 5,
      clientId,
      body: { transactionalId, transactionTimeoutMs: timeoutMs },
    });
    throwOnError(answer.errorCode, initProducerId.name);
    const { producerId, producerEpoch } = answer;
    return new LocalTransaction(deps, { transactionalId, producerId, producerEpoch, clientId, timeoutMs });
  }

  get producerId(): bigint {
    return this.#stamp.producerId;
  }

  get producerEpoch(): number {
    return this.#stamp.producerEpoch;
  }

  /** Rejects with BrokerError when the broker refuses a batch. */
  async produce(input: ProduceInput, signal?: AbortSignal): Promise<readonly ProducedBatch[]> {
    await this.#coordinatorLoaded(signal);
    return await this.#deps.producer.produce({ ...input, clientId: this.#clientId }, this.#stamp);
  }

  /** Makes visible what was produced. */
  commit(signal?: AbortSignal): Promise<void> {
    return this.#end("commit", signal);
  }

  /** Has consumers that read committed pass over what was produced. */
  abort(signal?: AbortSignal): Promise<void> {
    return this.#end("abort", signal);
  }

  async #end(how: TransactionEnd, signal: AbortSignal | undefined): Promise<void> {
    const { transactionalId, producerId, producerEpoch } = this.#stamp;
    await this.#coordinatorLoaded(signal);
    const answer = await this.#deps.producer.calls.call(endTxn, {
      node: this.#deps.broker.transactionCoordinatorOf(transactionalId),
      version: 5,
      clientId: this.#clientId,
      body: { transactionalId, producerId, producerEpoch, committed: how === "commit" },
    });
    throwOnError(answer.errorCode, endTxn.name);
  }

  #coordinatorLoaded(signal: AbortSignal | undefined): Promise<void> {
    const { transactionalId } = this.#stamp;
    return coordinatorLoaded(this.#deps, { transactionalId, timeoutMs: this.#timeoutMs, signal });
  }

  #takeSequence(partition: TopicPartition, records: number): number {
    const sequence = this.#sequences.get(partition) ?? 0;
    this.#sequences.set(partition, sequence + records);
    return sequence;
  }
}

const loadingPauseMs = 10;

/** Waits for a coordinator that took over, as any producer does that is told COORDINATOR_LOAD_IN_PROGRESS. */
async function coordinatorLoaded(
  { broker, producer }: Deps,
  wait: Pick<LocalTransactionOptions, "transactionalId" | "signal"> & { readonly timeoutMs: number },
): Promise<void> {
  const { transactionalId, timeoutMs, signal } = wait;
  const { clock, transactionCoordinators } = broker;
  const deadlineAt = clock.now() + timeoutMs;
  const ended = signal ? AbortSignal.any([producer.stopped, signal]) : producer.stopped;
  while (transactionCoordinators.isLoading(transactionalId)) {
    if (clock.now() >= deadlineAt) {
      const what = `the coordinator of ${transactionalId} still loads after ${timeoutMs} ms`;
      throw new BrokerError("COORDINATOR_LOAD_IN_PROGRESS", initProducerId.name, what);
    }
    await sleep(clock, loadingPauseMs, ended);
  }
}
