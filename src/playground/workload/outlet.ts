import { type Clock, sleep } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import type { LocalProducer, ProduceInput } from "./localProducer.ts";
import type { LocalTransaction, LocalTransactionOptions } from "./localTransaction.ts";
import type { MadeRecord } from "./recordSource.ts";
import type { WorkloadOptions } from "./workloadOptions.ts";

/** Where the records of a workload go. */
export interface Outlet {
  /** Records of transactions that were aborted so far. */
  readonly aborted: number;
  send(records: readonly MadeRecord[], signal: AbortSignal): Promise<void>;
  /** Ends what is open. */
  finish(): Promise<void>;
}

type Target = Pick<ProduceInput, "topic" | "partition" | "compression" | "clientId">;

function targetOf({ topic, partition, compression, clientId }: WorkloadOptions): Target {
  return { topic, partition, compression, clientId };
}

/** Produces as it comes. */
export function plainOutlet(options: WorkloadOptions, producer: LocalProducer): Outlet {
  const target = targetOf(options);
  return {
    aborted: 0,
    send: async (records) => {
      await producer.produce({ ...target, records });
    },
    finish: () => Promise.resolve(),
  };
}

/** How long the markers of the transaction before may take, and how often that is looked at. */
const betweenTransactions = { attempts: 500, pauseMs: 10 };

/** Produces in transactions of so many records, some of which it aborts. */
export class TransactionOutlet implements Outlet {
  readonly #transactions: NonNullable<WorkloadOptions["transactions"]>;
  readonly #target: Target;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #begin: (signal: AbortSignal) => Promise<LocalTransaction>;
  #open: { readonly transaction: LocalTransaction; records: number } | undefined;
  #aborted = 0;

  constructor(
    options: WorkloadOptions & { readonly transactions: NonNullable<WorkloadOptions["transactions"]> },
    deps: {
      readonly clock: Clock;
      readonly random: Random;
      readonly transactionalId: string;
      readonly begin: (options: LocalTransactionOptions) => Promise<LocalTransaction>;
    },
  ) {
    const { transactionalId, begin } = deps;
    this.#transactions = options.transactions;
    this.#target = targetOf(options);
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#begin = (signal) => begin({ transactionalId, clientId: options.clientId, signal });
  }

  get aborted(): number {
    return this.#aborted;
  }

  async send(records: readonly MadeRecord[], signal: AbortSignal): Promise<void> {
    let rest = records;
    while (rest.length > 0) {
      this.#open ??= { transaction: await this.#beginAfterTheLast(signal), records: 0 };
      const part = rest.slice(0, this.#transactions.records - this.#open.records);
      await this.#open.transaction.produce({ ...this.#target, records: part }, signal);
      this.#open.records += part.length;
      rest = rest.slice(part.length);
      if (this.#open.records >= this.#transactions.records) await this.finish(signal);
    }
  }

  async finish(signal?: AbortSignal): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return;
    if (this.#random.next() >= this.#transactions.abortShare) {
      await open.transaction.commit(signal);
      return;
    }
    await open.transaction.abort(signal);
    this.#aborted += open.records;
  }

  /** The coordinator takes a moment for the markers of the one before. */
  async #beginAfterTheLast(signal: AbortSignal): Promise<LocalTransaction> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#begin(signal);
      } catch (error) {
        const isEarly = BrokerError.is(error, "CONCURRENT_TRANSACTIONS");
        if (!isEarly || attempt >= betweenTransactions.attempts) throw error;
      }
      await sleep(this.#clock, betweenTransactions.pauseMs, signal);
    }
  }
}
