import { CancelledError, type Clock } from "#base/clock.ts";
import { topicPartitionText } from "#base/topicPartition.ts";
import type { Observe } from "#trace/observation.ts";
import { EngineError } from "../engineError.ts";
import type { UnreadableBatch } from "../fetch/fetchedBatch.ts";
import type { RecordBuffer } from "../fetch/recordBuffer.ts";
import { Waiters } from "../waiters.ts";
import type { AssignedPartition } from "./assignedPartition.ts";

/** How far a skip that takes time has come. */
export interface SkipProgress {
  readonly from: bigint | undefined;
  readonly position: bigint | undefined;
  readonly to: bigint;
  /** Consumed and dropped so far. */
  readonly records: number;
}

/** What consuming and dropping needs of the consumer it belongs to. */
export interface DiscarderPorts {
  readonly clock: Clock;
  readonly observe: Observe;
  readonly sessionId: string;
  readonly buffer: RecordBuffer;
  readonly closed: AbortSignal;
  /** The position moved, and there is room for more to be fetched. */
  readonly onMoved: (partition: AssignedPartition) => void;
  /** The partition's next batch cannot be opened. */
  readonly onUnreadable: (partition: AssignedPartition, batch: UnreadableBatch) => void;
}

/** What was dropped: from the first position known to the one that was reached. */
export interface Discarded {
  readonly from: bigint | undefined;
  readonly position: bigint;
  readonly records: number;
}

/** Nothing may come of it for so long before it is given up. */
const patienceMs = 60_000;
/** Whatever nobody is told of is found out this often. */
const lookEveryMs = 1_000;

/**
 * Consumes a partition up to an offset and drops what it gets: paused or not, nothing of it is delivered. What stands
 * in the way of reading, as a corrupt batch, stands in its way too.
 */
export class Discarder {
  readonly #ports: DiscarderPorts;
  readonly #waiters: Waiters;
  /** What each partition is being discarded for: of several orders the last one counts. */
  readonly #current = new WeakMap<AssignedPartition, Run>();

  constructor(ports: DiscarderPorts) {
    this.#ports = ports;
    this.#waiters = new Waiters(ports.clock);
  }

  /** There may be something to drop, or a reason to stop. */
  wake(): void {
    this.#waiters.wake();
  }

  /** Rejects when it could not get there; what was dropped until then stays dropped, and is said. */
  async discard(
    partition: AssignedPartition,
    to: bigint,
    order: {
      /** Throws when the partition is gone, or somebody moved it. */
      readonly isStillWanted: () => void;
      readonly signal: AbortSignal | undefined;
      readonly onProgress: ((progress: SkipProgress) => void) | undefined;
    },
  ): Promise<Discarded> {
    const { clock, buffer, onMoved } = this.#ports;
    const run: Run = { from: partition.position, records: 0 };
    this.#current.set(partition, run);
    partition.discardUntil = to;
    onMoved(partition);
    let lastMoveAt = clock.now();
    try {
      for (;;) {
        order.isStillWanted();
        if (order.signal?.aborted || this.#ports.closed.aborted) throw new CancelledError("aborted", "skip");
        const hasMoved = this.#step(partition, to, run);
        if (hasMoved) {
          lastMoveAt = clock.now();
          const { from, records } = run;
          order.onProgress?.({ from, position: partition.position, to, records });
        }
        const { position } = partition;
        if (position !== undefined && position >= to) return { ...run, position };
        this.#mustGoOn(partition, clock.now() - lastMoveAt);
        // Compressed batches are opened some at a time.
        if (hasMoved && !buffer.isEmpty(partition)) await clock.yieldTurn();
        else await this.#waiters.wait(lookEveryMs, [order.signal, this.#ports.closed]);
      }
    } finally {
      if (this.#current.get(partition) === run) partition.discardUntil = undefined;
      this.#tell(partition, run);
      onMoved(partition);
    }
  }

  /** True when the position moved. */
  #step(partition: AssignedPartition, to: bigint, run: Run): boolean {
    const { buffer, onMoved, onUnreadable } = this.#ports;
    const before = partition.position;
    run.from ??= before;
    const taken = before !== undefined && before < to ? buffer.discardBefore(partition, to) : undefined;
    if (taken) {
      run.records += taken.records;
      if (taken.position !== undefined) partition.deliveredTo(taken.position, taken.leaderEpoch);
      if (taken.unreadable) onUnreadable(partition, taken.unreadable);
      onMoved(partition);
    }
    const hasMoved = partition.position !== run.seen;
    run.seen = partition.position;
    return hasMoved;
  }

  #mustGoOn(partition: AssignedPartition, idleMs: number): void {
    const { progress } = partition;
    const isStuck = progress.state === "errored" && progress.retry === undefined;
    if (!isStuck && idleMs < patienceMs) return;
    const what = topicPartitionText(partition);
    const why =
      progress.state === "errored" ? progress.error.message : `nothing came for ${patienceMs / 1_000} s`;
    throw new EngineError("STALLED", `${what} was skipped up to ${partition.position} only: ${why}`);
  }

  #tell({ topic, partition, position }: AssignedPartition, { from }: Run): void {
    if (from === undefined || position === undefined || position <= from) return;
    const gap = { topic, partition, fromOffset: from, toOffset: position };
    this.#ports.observe({
      type: "fetch.gap",
      sessionId: this.#ports.sessionId,
      reason: "userSkip",
      ...gap,
    });
  }
}

interface Run {
  from: bigint | undefined;
  records: number;
  seen?: bigint | undefined;
}
