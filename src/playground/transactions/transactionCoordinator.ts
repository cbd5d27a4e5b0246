import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { TransactionMarker } from "../log/producerStates.ts";
import { addToTransaction } from "./addToTransaction.ts";
import { completed, type EndRequest, endOf, endTransaction, fenceAndAbort } from "./endTransaction.ts";
import { type InitProducer, initProducer, newTransaction } from "./initProducer.ts";
import { isPreparing, type ProducerIdentity, type Transaction } from "./transaction.ts";

/** The bounds and delays of transactions. */
export interface TransactionSettings {
  /** Kafka's `transaction.max.timeout.ms`. */
  readonly maxTimeoutMs: number;
  readonly maxTransactionalIds: number;
  /** How long after the decision the markers are written; meanwhile the producer is told CONCURRENT_TRANSACTIONS. */
  readonly markerDelayMs: number;
  /** Lists aborted transactions backwards in Fetch: Kafka promises no order, and clients must not rely on one. */
  readonly reversesAbortedList: boolean;
}

/** What the coordinator needs of its surroundings. */
export interface TransactionPorts {
  readonly clock: Clock;
  readonly settings: TransactionSettings;
  /** Whether any node coordinates the id: where none does, nothing happens to it until one takes over. */
  hasCoordinator(transactionalId: string): boolean;
  newProducerId(): bigint;
  /** LEADER_NOT_AVAILABLE means that it is to be written later; with any other error there is nothing to be ended. */
  writeMarker(partition: TopicPartition, marker: TransactionMarker): KnownErrorName;
  report(transaction: Transaction, reason?: string): void;
}

interface Entry {
  transaction: Transaction;
  /** One more with each coordinator: markers of an earlier one are refused. */
  coordinatorEpoch: number;
  /** The timeout of a transaction, or its markers that are still to be written. */
  timer: Disposable | undefined;
}

/**
 * Keeps the transactional ids and gives the pure decisions their time and their markers.
 *
 * All of them live here whichever node coordinates them; routing is the handlers' business.
 */
export class TransactionCoordinator implements Disposable {
  readonly #ports: TransactionPorts;
  /** Those used last come last. */
  readonly #entries = new Map<string, Entry>();
  /** Those with markers for partitions that nobody leads. */
  readonly #waiting = new Set<Entry>();

  constructor(ports: TransactionPorts) {
    this.#ports = ports;
  }

  get all(): readonly Transaction[] {
    return Array.from(this.#entries.values(), ({ transaction }) => transaction);
  }

  get(transactionalId: string): Transaction | undefined {
    return this.#entries.get(transactionalId)?.transaction;
  }

  /** InitProducerId of a transactional producer. */
  init(
    transactionalId: string,
    request: Omit<InitProducer, "newProducerId">,
  ): ProducerIdentity | { readonly error: KnownErrorName } {
    if (request.timeoutMs <= 0 || request.timeoutMs > this.#ports.settings.maxTimeoutMs) {
      return { error: "INVALID_TRANSACTION_TIMEOUT" };
    }
    const asked = { ...request, newProducerId: () => this.#ports.newProducerId() };
    const entry = this.#entries.get(transactionalId);
    if (entry === undefined) {
      if (this.#entries.size >= this.#ports.settings.maxTransactionalIds && !this.#makeRoom()) {
        return { error: "COORDINATOR_NOT_AVAILABLE" };
      }
      const transaction = newTransaction(transactionalId, asked);
      this.#entries.set(transactionalId, { transaction, coordinatorEpoch: 0, timer: undefined });
      this.#ports.report(transaction);
      return transaction;
    }
    const decision = initProducer(entry.transaction, asked);
    switch (decision.type) {
      case "refused":
        return { error: decision.error };
      case "mustAbort":
        this.#fence(entry, "another producer took over its transactional id");
        // The client asks again, which takes one more epoch: the fencing one is never given away.
        return { error: "CONCURRENT_TRANSACTIONS" };
      case "ready":
        this.#set(entry, decision.transaction);
        return decision.transaction;
    }
  }

  /** AddPartitionsToTxn, AddOffsetsToTxn, or a first write that begins by itself (KIP-890). */
  add(
    transactionalId: string,
    request: ProducerIdentity & { readonly partitions: readonly TopicPartition[] },
  ): KnownErrorName {
    const entry = this.#entries.get(transactionalId);
    if (entry === undefined) return "INVALID_PRODUCER_ID_MAPPING";
    const step = addToTransaction(entry.transaction, { ...request, now: this.#ports.clock.now() });
    if ("error" in step) return step.error;
    if (step.transaction !== entry.transaction) this.#set(entry, step.transaction);
    return "NONE";
  }

  /** EndTxn; gives who the producer is from now on. */
  end(
    transactionalId: string,
    request: Omit<EndRequest, "now" | "newProducerId">,
  ): ProducerIdentity | { readonly error: KnownErrorName } {
    const entry = this.#entries.get(transactionalId);
    if (entry === undefined) return { error: "INVALID_PRODUCER_ID_MAPPING" };
    const decision = endTransaction(entry.transaction, {
      ...request,
      now: this.#ports.clock.now(),
      newProducerId: () => this.#ports.newProducerId(),
    });
    if (decision.type === "refused") return { error: decision.error };
    if (decision.type === "repeated") return entry.transaction;
    const { phase } = decision.transaction;
    this.#prepare(entry, decision.transaction);
    return isPreparing(phase) ? phase.next : decision.transaction;
  }

  /** Aborts an ongoing transaction and fences its producer; false when there is none. */
  abort(transactionalId: string, reason: string): boolean {
    const entry = this.#entries.get(transactionalId);
    if (entry?.transaction.phase.state !== "Ongoing") return false;
    this.#fence(entry, reason);
    return true;
  }

  /**
   * Another node takes the id over and reads what was written of it: a decision is carried out by its markers, a transaction
   * that is open stays so until its producer or its timeout ends it. Where no node is up to take it over, both wait for one.
   */
  reload(transactionalId: string, loadMs: number): void {
    const entry = this.#entries.get(transactionalId);
    if (entry === undefined) return;
    entry.coordinatorEpoch++;
    this.#waiting.delete(entry);
    entry.timer?.dispose();
    entry.timer = undefined;
    const { phase, timeoutMs } = entry.transaction;
    if (isPreparing(phase)) this.#completeAfter(entry, loadMs);
    else if (phase.state === "Ongoing") {
      const leftMs = phase.startedAt + timeoutMs - this.#ports.clock.now();
      this.#abortAfter(entry, Math.max(loadMs, leftMs));
    }
  }

  /** To be called when a partition has got a leader or is gone: markers that waited for that are written. */
  retryMarkers(): void {
    for (const entry of Array.from(this.#waiting)) {
      if (this.#ports.hasCoordinator(entry.transaction.transactionalId)) this.#complete(entry);
    }
  }

  /** Stops all timers. */
  dispose(): void {
    for (const entry of this.#entries.values()) entry.timer?.dispose();
    this.#entries.clear();
    this.#waiting.clear();
  }

  #fence(entry: Entry, reason: string): void {
    this.#prepare(entry, fenceAndAbort(entry.transaction), reason);
  }

  /** The outcome is certain; the markers follow at once, or as late as the settings say. */
  #prepare(entry: Entry, transaction: Transaction, reason?: string): void {
    this.#set(entry, transaction, reason);
    this.#completeAfter(entry, this.#ports.settings.markerDelayMs);
  }

  #completeAfter(entry: Entry, delayMs: number): void {
    if (!this.#ports.hasCoordinator(entry.transaction.transactionalId)) return;
    if (delayMs <= 0) this.#complete(entry);
    else entry.timer = this.#ports.clock.schedule(delayMs, () => this.#complete(entry));
  }

  /** Writes the markers; what nobody leads gets its own as soon as somebody does, and until then nothing is complete. */
  #complete(entry: Entry): void {
    const { transaction, coordinatorEpoch } = entry;
    const { phase, producerId, producerEpoch } = transaction;
    if (!isPreparing(phase)) return;
    const marker = { producerId, producerEpoch, coordinatorEpoch, how: endOf(phase.state) };
    const leaderless = phase.partitions.filter(
      (partition) => this.#ports.writeMarker(partition, marker) === "LEADER_NOT_AVAILABLE",
    );
    if (leaderless.length === 0) {
      this.#waiting.delete(entry);
      this.#set(entry, completed(transaction));
      return;
    }
    if (this.#waiting.has(entry) && leaderless.length === phase.partitions.length) return;
    this.#waiting.add(entry);
    const reason = `nobody leads ${leaderless.map(topicPartitionText).join(", ")}, so markers wait`;
    this.#set(entry, { ...transaction, phase: { ...phase, partitions: leaderless } }, reason);
  }

  #set(entry: Entry, transaction: Transaction, reason?: string): void {
    const wasOngoing = entry.transaction.phase.state === "Ongoing";
    entry.transaction = transaction;
    const { transactionalId, phase, timeoutMs } = transaction;
    this.#entries.delete(transactionalId);
    this.#entries.set(transactionalId, entry);
    this.#ports.report(transaction, reason);
    if (phase.state === "Ongoing" && wasOngoing) return;
    entry.timer?.dispose();
    entry.timer = undefined;
    if (phase.state === "Ongoing") this.#abortAfter(entry, timeoutMs);
  }

  #abortAfter(entry: Entry, delayMs: number): void {
    if (!this.#ports.hasCoordinator(entry.transaction.transactionalId)) return;
    entry.timer = this.#ports.clock.schedule(delayMs, () => {
      entry.timer = undefined;
      this.#fence(entry, `it took longer than its timeout of ${entry.transaction.timeoutMs} ms`);
    });
  }

  /** Gives up an id unused for longest, so that a flood of them cannot fill memory. */
  #makeRoom(): boolean {
    for (const [transactionalId, { transaction }] of this.#entries) {
      if (transaction.phase.state === "Ongoing" || isPreparing(transaction.phase)) continue;
      this.#entries.delete(transactionalId);
      return true;
    }
    return false;
  }
}
