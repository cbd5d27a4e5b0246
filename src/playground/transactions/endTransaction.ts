import type { KnownErrorName } from "#protocol/errorCodes.ts";
import {
  isEpochExhausted,
  isPreparing,
  type ProducerIdentity,
  partitionsOf,
  type Transaction,
  type TransactionEnd,
  type TransactionPhase,
} from "./transaction.ts";

/** What EndTxn asks for. */
export interface EndRequest extends ProducerIdentity {
  readonly how: TransactionEnd;
  /** Each transaction has an epoch of its own (KIP-890). */
  readonly bumpsEpoch: boolean;
  readonly now: number;
  newProducerId(): bigint;
}

/** The outcome is set, was set before (a repeated request), or cannot be. */
export type EndDecision =
  | { readonly type: "prepared"; readonly transaction: Transaction }
  | { readonly type: "repeated" }
  | { readonly type: "refused"; readonly error: KnownErrorName };

/** Decides a producer's EndTxn. */
export function endTransaction(current: Transaction, request: EndRequest): EndDecision {
  return request.bumpsEpoch ? endWithBump(current, request) : endInSameEpoch(current, request);
}

/**
 * Aborts a transaction without its producer: it took too long, or another instance wants the transactional id. The
 * producer is fenced by the next epoch, which the markers carry.
 */
export function fenceAndAbort(current: Transaction): Transaction {
  const { phase } = current;
  if (phase.state !== "Ongoing") return current;
  const producerEpoch = current.producerEpoch + 1;
  const next = { producerId: current.producerId, producerEpoch };
  return {
    ...current,
    producerEpoch,
    lastProducerEpoch: undefined,
    phase: { ...phase, state: "PrepareAbort", next },
  };
}

/** The transaction once all its markers are written. */
export function completed(current: Transaction): Transaction {
  const { phase } = current;
  if (!isPreparing(phase)) return current;
  const { next, startedAt } = phase;
  const isNewId = next.producerId !== current.producerId;
  return {
    ...current,
    ...next,
    previousProducerId: isNewId ? current.producerId : current.previousProducerId,
    phase: { state: phase.state === "PrepareCommit" ? "CompleteCommit" : "CompleteAbort", startedAt },
  };
}

function endInSameEpoch(current: Transaction, request: EndRequest): EndDecision {
  if (request.producerId !== current.producerId) return refused("INVALID_PRODUCER_ID_MAPPING");
  if (request.producerEpoch !== current.producerEpoch) return refused("PRODUCER_FENCED");
  const { phase } = current;
  if (phase.state === "Ongoing") return { type: "prepared", transaction: prepared(current, request) };
  if (phase.state === "Empty" || endOf(phase.state) !== request.how) return refused("INVALID_TXN_STATE");
  return isPreparing(phase) ? refused("CONCURRENT_TRANSACTIONS") : { type: "repeated" };
}

function endWithBump(current: Transaction, request: EndRequest): EndDecision {
  const { phase } = current;
  const { error, isRepeated } = judgeIdentity(current, request);
  if (error !== undefined) return refused(error);
  const begin = (): EndDecision => ({ type: "prepared", transaction: prepared(current, request) });
  if (phase.state === "Ongoing") return begin();
  // A producer may abort without having written anything: its epoch moves on all the same.
  const canBegin = request.how === "abort";
  if (phase.state === "Empty") return canBegin ? begin() : refused("INVALID_TXN_STATE");
  const isSame = endOf(phase.state) === request.how;
  if (isPreparing(phase)) return refused(isSame ? "CONCURRENT_TRANSACTIONS" : "INVALID_TXN_STATE");
  if (isRepeated) return isSame ? { type: "repeated" } : refused("INVALID_TXN_STATE");
  return canBegin ? begin() : refused("INVALID_TXN_STATE");
}

/** Whether the request may end the transaction, or repeats one whose answer got lost. */
function judgeIdentity(
  { producerId, producerEpoch, previousProducerId, phase }: Transaction,
  request: EndRequest,
): { readonly error?: KnownErrorName; readonly isRepeated: boolean } {
  // Such a request has the epoch before, or the last one of the id before.
  const repeatsBump = request.producerEpoch === producerEpoch - 1;
  const repeatsOverflow =
    request.producerId === previousProducerId &&
    isEpochExhausted(request.producerEpoch) &&
    producerEpoch === 0;
  const isRepeated = repeatsBump || repeatsOverflow;
  if (request.producerId !== producerId && !repeatsOverflow) {
    return { error: "INVALID_PRODUCER_ID_MAPPING", isRepeated };
  }
  const isCurrent = request.producerEpoch === producerEpoch;
  const isOpen = phase.state === "Ongoing" || phase.state === "Empty";
  const isDone = !isOpen && !isPreparing(phase);
  const isValid = isOpen ? isCurrent : isDone ? isRepeated || isCurrent : repeatsBump;
  return isValid ? { isRepeated } : { error: "PRODUCER_FENCED", isRepeated };
}

function prepared(current: Transaction, request: EndRequest): Transaction {
  const { producerId, producerEpoch, phase } = current;
  const startedAt = phase.state === "Ongoing" ? phase.startedAt : request.now;
  const state = request.how === "commit" ? "PrepareCommit" : "PrepareAbort";
  const base = { state, startedAt, partitions: partitionsOf(phase) } as const;
  if (!request.bumpsEpoch) {
    return { ...current, phase: { ...base, next: { producerId, producerEpoch } } };
  }
  const bumped = producerEpoch + 1;
  const next = isEpochExhausted(producerEpoch)
    ? { producerId: request.newProducerId(), producerEpoch: 0 }
    : { producerId, producerEpoch: bumped };
  return {
    ...current,
    producerEpoch: bumped,
    lastProducerEpoch: producerEpoch,
    phase: { ...base, next },
  };
}

/** How a transaction in this state ended. */
export function endOf(state: Exclude<TransactionPhase["state"], "Empty" | "Ongoing">): TransactionEnd {
  return state === "PrepareCommit" || state === "CompleteCommit" ? "commit" : "abort";
}

function refused(error: KnownErrorName): EndDecision {
  return { type: "refused", error };
}
