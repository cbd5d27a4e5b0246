import type { CorruptBatchPolicy } from "../consumerOptions.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";

/** One more attempt at a damaged batch. */
export interface BatchRetry {
  readonly baseOffset: bigint;
  /** From 1. */
  readonly attempt: number;
  readonly attempts: number;
  readonly backoffMs: number;
  /** The broker that says itself that its log is damaged: nothing is to be had there. */
  readonly damagedOn: number | undefined;
}

/**
 * Counts the attempts at damaged batches. The first half of them asks the same broker: the bytes may have been damaged on
 * the way, or in its memory. The rest asks other replicas, each of which has a log of its own; where the broker itself
 * says that its log is damaged, they are asked at once.
 */
export class BatchRetries {
  readonly #policy: CorruptBatchPolicy;
  readonly #under = new WeakMap<AssignedPartition, BatchRetry>();
  /** Whose other replicas could not be read. */
  readonly #leaderOnly = new WeakSet<AssignedPartition>();

  constructor(policy: CorruptBatchPolicy) {
    this.#policy = policy;
  }

  /** What becomes of a batch when no attempt is left. */
  get otherwise(): "halt" | "skip" {
    return typeof this.#policy === "string" ? this.#policy : this.#policy.otherwise;
  }

  /** The attempt to make after this batch was found damaged, once more or for the first time; undefined: none. */
  next(
    partition: AssignedPartition,
    { baseOffset, damagedOn }: Pick<BatchRetry, "baseOffset" | "damagedOn">,
  ): BatchRetry | undefined {
    if (typeof this.#policy === "string") return undefined;
    const { times, backoffMs } = this.#policy;
    const before = this.#under.get(partition);
    const attempt = before?.baseOffset === baseOffset ? before.attempt + 1 : 1;
    if (attempt === 1) this.#leaderOnly.delete(partition);
    if (attempt > times) {
      // Who asks again by hand gets all attempts anew.
      this.#under.delete(partition);
      return undefined;
    }
    const retry = { baseOffset, attempt, attempts: times, backoffMs, damagedOn };
    this.#under.set(partition, retry);
    return retry;
  }

  /** The attempt that is waited for. */
  of(partition: AssignedPartition): BatchRetry | undefined {
    const retry = this.#under.get(partition);
    // Whoever moved the position, or skipped the batch, ended the attempts as well.
    return retry && partition.unresolved?.baseOffset === retry.baseOffset ? retry : undefined;
  }

  /** A replica refused, or did not answer: the attempts that are left go to the leader. */
  keepToLeader(partition: AssignedPartition): void {
    this.#leaderOnly.add(partition);
  }

  /** Of `replicas` other than the leader, the one to ask; undefined: the leader's turn, or there is no other. */
  replicaFor(partition: AssignedPartition, replicas: readonly number[]): number | undefined {
    const retry = this.of(partition);
    if (!retry || this.#leaderOnly.has(partition)) return undefined;
    const others = replicas.filter((nodeId) => nodeId !== retry.damagedOn);
    // It is the leader's turn first where a follower's log is damaged.
    const whenReported = others.length < replicas.length ? 1 : 0;
    const before = retry.damagedOn === undefined ? Math.ceil(retry.attempts / 2) : whenReported;
    const turn = retry.attempt - before - 1;
    return turn < 0 ? undefined : others[turn % others.length];
  }
}
