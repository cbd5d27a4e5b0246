import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { BatchHeader } from "#protocol/records/recordBatch.ts";

interface Appended {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: bigint;
}

interface ProducerState {
  readonly epoch: number;
  /** The newest last; as many as a client may have in flight. */
  readonly batches: readonly Appended[];
}

/** Whether a batch of an idempotent producer is appended, known already, or refused. */
export type SequenceVerdict =
  | { readonly type: "append" }
  | { readonly type: "duplicate"; readonly baseOffset: bigint }
  | { readonly type: "refused"; readonly error: KnownErrorName; readonly message: string };

const keptBatches = 5;
const keptProducers = 1_000;
const sequenceLimit = 0x8000_0000;

/** What a partition remembers of idempotent producers, so that a repeated batch is not appended twice (KIP-98). */
export class ProducerStates {
  readonly #states = new Map<bigint, ProducerState>();

  judge(header: BatchHeader): SequenceVerdict {
    if (header.producerId < 0n) return { type: "append" };
    const state = this.#states.get(header.producerId);
    if (state === undefined) return { type: "append" };
    if (header.producerEpoch < state.epoch) {
      const message = `epoch ${header.producerEpoch} of producer ${header.producerId} is older than ${state.epoch}`;
      return { type: "refused", error: "INVALID_PRODUCER_EPOCH", message };
    }
    const { baseSequence } = header;
    if (header.producerEpoch > state.epoch) {
      return baseSequence === 0 ? { type: "append" } : outOfOrder(header, 0);
    }
    const lastSequence = addSequence(baseSequence, header.lastOffsetDelta);
    const same = state.batches.find(
      (batch) => batch.firstSequence === baseSequence && batch.lastSequence === lastSequence,
    );
    if (same) return { type: "duplicate", baseOffset: same.baseOffset };
    const expected = addSequence(state.batches.at(-1)?.lastSequence ?? -1, 1);
    return baseSequence === expected ? { type: "append" } : outOfOrder(header, expected);
  }

  /** Remembers a batch that was appended. */
  appended(header: BatchHeader): void {
    if (header.producerId < 0n) return;
    const state = this.#states.get(header.producerId);
    const earlier = state?.epoch === header.producerEpoch ? state.batches : [];
    const batch = {
      firstSequence: header.baseSequence,
      lastSequence: addSequence(header.baseSequence, header.lastOffsetDelta),
      baseOffset: header.baseOffset,
    };
    // Written anew so that the order of the map is the order of use.
    this.#states.delete(header.producerId);
    const batches = [...earlier, batch].slice(-keptBatches);
    this.#states.set(header.producerId, { epoch: header.producerEpoch, batches });
    const [oldest] = this.#states.keys();
    if (this.#states.size > keptProducers && oldest !== undefined) this.#states.delete(oldest);
  }

  /** The log was cut off: what it lost was never sent. */
  truncate(logEndOffset: bigint): void {
    for (const [producerId, { epoch, batches }] of Array.from(this.#states)) {
      const kept = batches.filter(({ baseOffset }) => baseOffset < logEndOffset);
      if (kept.length === 0) this.#states.delete(producerId);
      else this.#states.set(producerId, { epoch, batches: kept });
    }
  }
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
