import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { BatchHeader } from "#protocol/records/recordBatch.ts";
import { LogTransactions } from "./logTransactions.ts";

interface Appended {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: bigint;
  readonly maxTimestamp: bigint;
}

/** What a partition knows of a producer. */
export interface ProducerState {
  readonly producerId: bigint;
  readonly epoch: number;
  /** The newest last; as many as a client may have in flight. */
  readonly batches: readonly Appended[];
  /** Of the coordinator that wrote its last marker; undefined before the first. */
  readonly coordinatorEpoch: number | undefined;
  readonly lastTimestamp: bigint;
  /** Where its transaction began; undefined while there is none. */
  readonly transactionStart: bigint | undefined;
}

/** A marker that ends a transaction, as a coordinator wants it written. */
export interface TransactionMarker {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly how: "commit" | "abort";
}

/** Why a producer's batch or marker does not enter the log. */
export interface ProducerRefusal {
  readonly error: KnownErrorName;
  readonly message: string;
}

/** Whether a batch of an idempotent producer is appended, known already, or refused. */
export type SequenceVerdict =
  | { readonly type: "append" }
  | { readonly type: "duplicate"; readonly baseOffset: bigint; readonly maxTimestamp: bigint }
  | ({ readonly type: "refused" } & ProducerRefusal);

const keptBatches = 5;
const keptProducers = 1_000;
const sequenceLimit = 0x8000_0000;

/**
 * What a partition remembers of producers, so that a repeated batch is not appended twice and a transaction's extent
 * is known (KIP-98). Everything follows from the batches, so a log that was cut off or read back is replayed.
 */
export class ProducerStates {
  readonly #states = new Map<bigint, ProducerState>();
  #transactions = new LogTransactions();

  /** What follows from the markers of all producers. */
  get transactions(): LogTransactions {
    return this.#transactions;
  }

  /** Those used last come last. */
  get all(): Iterable<ProducerState> {
    return this.#states.values();
  }

  /** Where the newest batch of a producer begins. */
  lastBatchOf(producerId: bigint): bigint | undefined {
    return this.#states.get(producerId)?.batches.at(-1)?.baseOffset;
  }

  hasOngoingTransaction({ producerId, producerEpoch }: BatchHeader): boolean {
    const state = this.#states.get(producerId);
    return state?.transactionStart !== undefined && state.epoch === producerEpoch;
  }

  /**
   * `beginsKnownEmpty` is set for a batch whose producer began its transaction by writing (KIP-890): such a producer
   * numbers from 0 in each epoch, so a later sequence without a state means that something before it was lost.
   */
  judge(header: BatchHeader, options: { readonly beginsKnownEmpty?: boolean } = {}): SequenceVerdict {
    if (header.producerId < 0n) return { type: "append" };
    const state = this.#states.get(header.producerId);
    const { baseSequence } = header;
    const lastSequence = addSequence(baseSequence, header.lastOffsetDelta);
    const same =
      state?.epoch === header.producerEpoch
        ? state.batches.find(
            (batch) => batch.firstSequence === baseSequence && batch.lastSequence === lastSequence,
          )
        : undefined;
    if (same) return { type: "duplicate", baseOffset: same.baseOffset, maxTimestamp: same.maxTimestamp };
    const refusal = state && epochRefusal(state, header.producerEpoch);
    if (refusal) return { type: "refused", ...refusal };
    const hasNoBatches = state === undefined || state.batches.length === 0;
    if (options.beginsKnownEmpty && hasNoBatches && baseSequence !== 0) return outOfOrder(header, 0);
    if (state === undefined) return { type: "append" };
    const isSameEpoch = header.producerEpoch === state.epoch;
    const expected = isSameEpoch ? addSequence(state.batches.at(-1)?.lastSequence ?? -1, 1) : 0;
    if (baseSequence !== expected) return outOfOrder(header, expected);
    if (state.transactionStart === undefined || header.isTransactional) return { type: "append" };
    const message = `producer ${header.producerId} is within a transaction, and this batch is not`;
    return { type: "refused", error: "INVALID_TXN_STATE", message };
  }

  /** Why a marker must not be written, if so: its producer or its coordinator was followed by another. */
  judgeMarker(marker: TransactionMarker): ProducerRefusal | undefined {
    const state = this.#states.get(marker.producerId);
    if (state === undefined) return undefined;
    const refusal = epochRefusal(state, marker.producerEpoch);
    if (refusal) return refusal;
    if (marker.coordinatorEpoch >= (state.coordinatorEpoch ?? -1)) return undefined;
    const message = `coordinator epoch ${marker.coordinatorEpoch} is older than ${state.coordinatorEpoch}`;
    return { error: "TRANSACTION_COORDINATOR_FENCED", message };
  }

  /** Remembers a batch that was appended. */
  appended(header: BatchHeader): void {
    if (header.producerId < 0n || header.isControl) return;
    const { producerId, producerEpoch, baseOffset, baseSequence } = header;
    const state = this.#states.get(producerId);
    const earlier = state?.epoch === producerEpoch ? state.batches : [];
    const batch = {
      firstSequence: baseSequence,
      lastSequence: addSequence(baseSequence, header.lastOffsetDelta),
      baseOffset,
      maxTimestamp: header.maxTimestamp,
    };
    // What compaction emptied, for its sequence alone, is decided: its marker may be gone already.
    const isOpen = header.isTransactional && header.recordCount > 0;
    const begins = isOpen && state?.transactionStart === undefined;
    if (begins) this.#transactions.began(producerId, baseOffset);
    this.#put({
      producerId,
      epoch: producerEpoch,
      batches: [...earlier, batch].slice(-keptBatches),
      coordinatorEpoch: state?.coordinatorEpoch,
      lastTimestamp: header.maxTimestamp,
      transactionStart: begins ? baseOffset : state?.transactionStart,
    });
  }

  /** Remembers a marker that was appended; one without records before it ends nothing. */
  markerAppended(header: BatchHeader, marker: Pick<TransactionMarker, "how" | "coordinatorEpoch">): void {
    const { producerId, producerEpoch } = header;
    const state = this.#states.get(producerId);
    this.#transactions.ended(producerId, {
      markerOffset: header.baseOffset,
      isAborted: marker.how === "abort",
    });
    this.#put({
      producerId,
      epoch: producerEpoch,
      batches: state?.epoch === producerEpoch ? state.batches : [],
      coordinatorEpoch: marker.coordinatorEpoch,
      lastTimestamp: header.maxTimestamp,
      transactionStart: undefined,
    });
  }

  /** Forgets everything, to be told the log again from its start. */
  clear(): void {
    this.#states.clear();
    this.#transactions = new LogTransactions();
  }

  #put(state: ProducerState): void {
    // Written anew so that the order of the map is the order of use.
    this.#states.delete(state.producerId);
    this.#states.set(state.producerId, state);
    if (this.#states.size <= keptProducers) return;
    for (const { producerId, transactionStart } of this.#states.values()) {
      // Who is forgotten within a transaction could never end it.
      if (transactionStart !== undefined) continue;
      this.#states.delete(producerId);
      return;
    }
  }
}

function epochRefusal(state: ProducerState, epoch: number): ProducerRefusal | undefined {
  if (epoch >= state.epoch) return undefined;
  const message = `epoch ${epoch} of producer ${state.producerId} is older than ${state.epoch}`;
  return { error: "INVALID_PRODUCER_EPOCH", message };
}

function outOfOrder(header: BatchHeader, expected: number): SequenceVerdict {
  const { producerId, baseSequence } = header;
  const message = `producer ${producerId} sent sequence ${baseSequence} where ${expected} comes next`;
  return { type: "refused", error: "OUT_OF_ORDER_SEQUENCE_NUMBER", message };
}

/** Sequences start again at 0 after the greatest int32. */
function addSequence(sequence: number, by: number): number {
  return (sequence + by) % sequenceLimit;
}
