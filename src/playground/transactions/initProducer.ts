import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { isEpochExhausted, isPreparing, type ProducerIdentity, type Transaction } from "./transaction.ts";

/** What InitProducerId asks for. */
export interface InitProducer {
  readonly timeoutMs: number;
  /** Who the producer was, if it goes on after an error (KIP-360). */
  readonly expected: ProducerIdentity | undefined;
  newProducerId(): bigint;
}

/** A new identity; `mustAbort` means that a transaction has to be aborted first, under the fencing epoch. */
export type InitDecision =
  | { readonly type: "ready"; readonly transaction: Transaction }
  | { readonly type: "mustAbort" }
  | { readonly type: "refused"; readonly error: KnownErrorName };

/** What becomes of a transactional id whose producer (re)starts: earlier instances are fenced by the next epoch. */
export function initProducer(current: Transaction, request: InitProducer): InitDecision {
  const { expected } = request;
  if (expected && !isKnownIdentity(current, expected)) return { type: "refused", error: "PRODUCER_FENCED" };
  if (isPreparing(current.phase)) return { type: "refused", error: "CONCURRENT_TRANSACTIONS" };
  if (current.phase.state === "Ongoing") return { type: "mustAbort" };
  const identity = nextIdentity(current, request);
  if (identity === undefined) return { type: "refused", error: "PRODUCER_FENCED" };
  const transaction: Transaction = {
    ...current,
    ...identity,
    timeoutMs: request.timeoutMs,
    phase: { state: "Empty" },
  };
  return { type: "ready", transaction };
}

/** A transactional id that was never heard of. */
export function newTransaction(transactionalId: string, request: InitProducer): Transaction {
  return {
    transactionalId,
    producerId: request.newProducerId(),
    producerEpoch: 0,
    previousProducerId: undefined,
    lastProducerEpoch: undefined,
    timeoutMs: request.timeoutMs,
    phase: { state: "Empty" },
  };
}

function isKnownIdentity(current: Transaction, expected: ProducerIdentity): boolean {
  if (expected.producerId === current.producerId) return true;
  return expected.producerId === current.previousProducerId && isEpochExhausted(expected.producerEpoch);
}

type Identity = Pick<
  Transaction,
  "producerId" | "producerEpoch" | "lastProducerEpoch" | "previousProducerId"
>;

function nextIdentity(current: Transaction, { expected, newProducerId }: InitProducer): Identity | undefined {
  const { producerId, producerEpoch, lastProducerEpoch, previousProducerId } = current;
  // A request that was repeated because its answer got lost must not take another epoch.
  const isRepeated =
    expected !== undefined &&
    expected.producerEpoch !== producerEpoch &&
    expected.producerEpoch === lastProducerEpoch;
  if (isRepeated) return { producerId, producerEpoch, lastProducerEpoch, previousProducerId };
  if (expected && expected.producerEpoch !== producerEpoch) return undefined;
  const last = expected && producerEpoch;
  if (isEpochExhausted(producerEpoch)) {
    const fresh = { producerId: newProducerId(), producerEpoch: 0 };
    return { ...fresh, lastProducerEpoch: last, previousProducerId: producerId };
  }
  return { producerId, producerEpoch: producerEpoch + 1, lastProducerEpoch: last, previousProducerId };
}
