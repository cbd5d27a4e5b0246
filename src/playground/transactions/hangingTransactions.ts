import type { TopicPartition } from "#base/topicPartition.ts";
import type { Observe } from "#trace/observation.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import type { ProducerIdentity } from "./transaction.ts";

interface Hanging extends ProducerIdentity {
  readonly log: PartitionLog;
  readonly firstOffset: bigint;
  readonly startedAt: number;
}

/**
 * Tells of the transactions that hang on purpose from their first record to their end, whoever ends them: a marker of ours
 * or of an operator's tool, a log that was cut off before them, a topic that was deleted.
 */
export class HangingTransactions {
  readonly #observe: Observe;
  readonly #isThere: (log: PartitionLog) => boolean;
  readonly #open = new Map<bigint, Hanging>();

  constructor(observe: Observe, isThere: (log: PartitionLog) => boolean) {
    this.#observe = observe;
    this.#isThere = isThere;
  }

  get all(): readonly (TopicPartition & ProducerIdentity)[] {
    return Array.from(this.#open.values(), ({ log, producerId, producerEpoch }) => ({
      ...log.id,
      producerId,
      producerEpoch,
    }));
  }

  began(hanging: Hanging): void {
    this.#open.set(hanging.producerId, hanging);
    this.#report(hanging, "Hanging", "no coordinator knows it");
  }

  /** Call it after anything by which one may have ended. */
  settle(): void {
    for (const hanging of Array.from(this.#open.values())) {
      const reason = this.#endOf(hanging);
      if (reason === undefined) continue;
      this.#open.delete(hanging.producerId);
      this.#report(hanging, "CompleteAbort", reason);
    }
  }

  #endOf({ log, producerId }: Hanging): string | undefined {
    if (!this.#isThere(log)) return "its topic was deleted";
    const state = Array.from(log.producers.all).find((each) => each.producerId === producerId);
    if (state?.transactionStart !== undefined) return undefined;
    return state === undefined ? "its records were cut off" : "ended by a marker";
  }

  #report(hanging: Hanging, state: "Hanging" | "CompleteAbort", reason: string): void {
    const { producerId, producerEpoch, log, firstOffset, startedAt } = hanging;
    const partitions: readonly TopicPartition[] = state === "Hanging" ? [log.id] : [];
    this.#observe({
      type: "broker.transaction",
      producerId,
      producerEpoch,
      state,
      partitions,
      startedAt,
      firstOffset,
      reason,
    });
  }
}
