import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";

/** A producer's id with its epoch: who writes, and which life of it. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** How a transaction ends. */
export type TransactionEnd = "commit" | "abort";

/** What a transactional id is doing. */
export type TransactionPhase =
  | { readonly state: "Empty" }
  | { readonly state: "Ongoing"; readonly startedAt: number; readonly partitions: readonly TopicPartition[] }
  | {
      readonly state: "PrepareCommit" | "PrepareAbort";
      readonly startedAt: number;
      readonly partitions: readonly TopicPartition[];
      /** Who the producer is once the markers are written; another id when the epochs of this one are used up. */
      readonly next: ProducerIdentity;
    }
  | { readonly state: "CompleteCommit" | "CompleteAbort"; readonly startedAt: number };

/**
 * One transactional id, as its coordinator keeps it (KIP-98, KIP-360, KIP-890).
 *
 *            AddPartitions, AddOffsets,               EndTxn, a new InitProducerId
 *            a first write (KIP-890)                  or the timeout (abort)
 *   Empty ───────────────────────────▶ Ongoing ─────────────────────────▶ PrepareCommit, PrepareAbort
 *     ▲                                   ▲                                           │ markers written
 *     │ InitProducerId                    │ as from Empty                             ▼
 *     └───────────────────────────────────┴──────────────────────────── CompleteCommit, CompleteAbort
 *
 * From `Prepare…` on the outcome is certain; whoever asks for something meanwhile is to try again. It lasts until each
 * partition that still exists has its marker, for which somebody must lead it. State names are Kafka's, as
 * ListTransactions shows them.
 */
export interface Transaction extends ProducerIdentity {
  readonly transactionalId: string;
  /** The id before this one, when its epochs were used up. */
  readonly previousProducerId: bigint | undefined;
  /** The epoch before this one, so that a repeated request is recognised; undefined once that would be wrong. */
  readonly lastProducerEpoch: number | undefined;
  readonly timeoutMs: number;
  readonly phase: TransactionPhase;
}

/** What a request does to a transaction, or why it does nothing. */
export type TransactionStep = { readonly transaction: Transaction } | { readonly error: KnownErrorName };

/** The last epoch but one cannot be given to a client: the very last is for fencing it. */
const exhaustedEpoch = 0x7ffe;

export function isEpochExhausted(epoch: number): boolean {
  return epoch >= exhaustedEpoch;
}

/** Whether markers are still to be written. */
export function isPreparing(
  phase: TransactionPhase,
): phase is Extract<TransactionPhase, { readonly state: `Prepare${string}` }> {
  return phase.state === "PrepareCommit" || phase.state === "PrepareAbort";
}

/** The partitions that wait for a marker. */
export function partitionsOf(phase: TransactionPhase): readonly TopicPartition[] {
  return "partitions" in phase ? phase.partitions : [];
}
