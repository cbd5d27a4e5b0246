import type { Clock } from "#base/clock.ts";
import type { Observe } from "#trace/observation.ts";
import type { IsolationLevel } from "../consumerOptions.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import { type BufferCounts, plus } from "./batchQueue.ts";
import type { BatchRetries, BatchRetry } from "./batchRetries.ts";
import { batchRejected, type Damage, nextSafeOffset, readFrom, reportedDamage } from "./damageReport.ts";
import type { FetchBudget } from "./fetchBudget.ts";
import type { UnreadableBatch } from "./fetchedBatch.ts";
import type { FetchedPartition } from "./fetchRequest.ts";
import { type ReadStep, readFetched } from "./readFetched.ts";
import type { RecordBuffer } from "./recordBuffer.ts";

/** What taking records in needs of the consumer it belongs to. */
export interface RecordIntakePorts {
  readonly clock: Clock;
  readonly buffer: RecordBuffer;
  readonly budget: FetchBudget;
  readonly isolation: IsolationLevel;
  readonly controlRecords: boolean;
  /** What is done about damaged batches. */
  readonly retries: BatchRetries;
  readonly sessionId: string;
  readonly observe: Observe;
  /** Keeps the bytes of a damaged batch for whoever wants to look at them. */
  readonly storeBytes: ((bytes: Uint8Array) => string) | undefined;
  readonly isCurrent: (partition: AssignedPartition) => boolean;
  readonly partitionCount: () => number;
  readonly onChange: (partition: AssignedPartition, isUrgent: boolean) => void;
}

/**
 * So much of a partition is opened as soon as it comes, so that a batch which cannot be is found before anybody waits for
 * it. What comes on top of that is opened at its turn, and looked into when that takes a while (BatchInspector).
 */
const openAheadBytes = 64 * 1024;

/** The event loop is left to others at least this often. */
const turnMs = 8;

/** Takes fetched records into the buffer, in order, up to the limits, and deals with batches that are damaged. */
export class RecordIntake {
  readonly #ports: RecordIntakePorts;
  #turnSince = 0;

  constructor(ports: RecordIntakePorts) {
    this.#ports = ports;
  }

  /** The attempts at damaged batches. */
  get retries(): BatchRetries {
    return this.#ports.retries;
  }

  /**
   * True when anything was taken in. Stops as soon as the partition was moved or given up: what was fetched for its
   * old place is then of no use.
   */
  async take(partition: AssignedPartition, fetched: FetchedPartition): Promise<boolean> {
    const { isolation, controlRecords, clock, buffer } = this.#ports;
    const { records, abortedTransactions, memory } = fetched;
    const { version, fetchPosition } = partition;
    if (fetchPosition === undefined) return false;
    if (records === null || records.byteLength === 0) {
      this.#foundNothing(partition);
      return false;
    }
    const steps = readFetched({
      key: partition,
      bytes: records,
      memory,
      fetchPosition,
      highWatermark: partition.ends.highWatermark,
      isolation,
      controlRecords,
      aborted: abortedTransactions ?? [],
      isToBeOpened: () =>
        partition.unresolved !== undefined || buffer.countsOf(partition).bytes < openAheadBytes,
    });
    this.#turnSince = clock.now();
    let others = buffer.totals({ without: partition });
    for (const step of steps) {
      if (!this.#apply(partition, step, others)) break;
      if (clock.now() - this.#turnSince >= turnMs) {
        await this.#shareTurn();
        others = buffer.totals({ without: partition });
      }
      if (partition.version !== version || !this.#ports.isCurrent(partition)) return true;
    }
    const hasMoved = partition.fetchPosition !== fetchPosition;
    if (hasMoved || partition.halted) this.#ports.onChange(partition, partition.halted !== undefined);
    return hasMoved;
  }

  /** Nothing can be taken in: the broker says that its own log is damaged at the position. */
  takeReport(partition: AssignedPartition): void {
    this.#reject(partition, { damage: reportedDamage(partition), bytes: undefined });
    this.#ports.onChange(partition, true);
  }

  /** Moves past a damaged batch on the user's word. */
  skip(partition: AssignedPartition, nextOffset: bigint): void {
    this.#gap(partition, nextOffset);
    // What a damaged batch says about its epoch is not to be trusted.
    this.#advance(partition, nextOffset, undefined);
  }

  /**
   * A batch of the buffer cannot be opened, at its turn or at a look. What is behind it goes as well: it is read again from
   * there on, once the batch is out of the way.
   */
  reject(partition: AssignedPartition, unreadable: UnreadableBatch): void {
    partition.refetch(this.#ports.buffer.dropUnreadable(partition));
    this.#reject(partition, unreadable);
    this.#ports.onChange(partition, true);
  }

  /** Drops what is buffered of a partition, to be fetched again; what is under way is dropped when it comes. */
  discard(partition: AssignedPartition): void {
    const { buffer } = this.#ports;
    // Nothing is there, and nothing under way.
    if (buffer.isEmpty(partition) && partition.progress.state !== "fetching") return;
    const { unresolved } = partition;
    partition.refetch();
    // A damaged batch behind it will be met again.
    partition.retried = unresolved;
    buffer.drop(partition, "discarded");
  }

  async #shareTurn(): Promise<void> {
    const { clock } = this.#ports;
    await clock.yieldTurn();
    this.#turnSince = clock.now();
  }

  /** False when nothing more of this answer may be taken. */
  #apply(partition: AssignedPartition, step: ReadStep, others: BufferCounts): boolean {
    const { buffer, budget, partitionCount } = this.#ports;
    switch (step.type) {
      case "batch": {
        const { batch, wireBytes } = step;
        budget.learn(batch.content.length, wireBytes);
        const own = buffer.countsOf(partition);
        if (!budget.accepts({ own, all: plus(own, others), partitions: partitionCount() })) return false;
        buffer.append(partition, batch);
        partition.fetchedTo(batch.nextOffset, batch.origin.leaderEpoch);
        this.#proveReadable(partition);
        return true;
      }
      case "advance":
        this.#advance(partition, step.nextOffset, step.leaderEpoch);
        this.#proveReadable(partition);
        return true;
      case "damaged":
        return this.#reject(partition, step);
    }
  }

  #advance(partition: AssignedPartition, nextOffset: bigint, leaderEpoch: number | undefined): void {
    partition.fetchedTo(nextOffset, leaderEpoch);
    if (this.#ports.buffer.extend(partition, nextOffset, leaderEpoch)) return;
    if (partition.processed === partition.position) partition.processed = nextOffset;
    partition.deliveredTo(nextOffset, leaderEpoch);
  }

  /** Where the leader's log ends there is nothing damaged, whatever was said; a replica may only be behind. */
  #foundNothing(partition: AssignedPartition): void {
    if (partition.fetchPosition !== partition.ends.highWatermark) return;
    if (partition.readReplicaId === undefined) this.#proveReadable(partition);
    else if (partition.unresolved) this.#ports.retries.keepToLeader(partition);
  }

  /** A batch that was asked for again, and is fine now. */
  #proveReadable(partition: AssignedPartition): void {
    const { unresolved } = partition;
    if (!unresolved) return;
    partition.retried = undefined;
    if (partition.halted) partition.progress = { state: "fetching" };
    this.#ports.onChange(partition, true);
    const { topic, partition: index } = partition;
    this.#ports.observe({
      type: "fetch.batchResolved",
      sessionId: this.#ports.sessionId,
      topic,
      partition: index,
      baseOffset: unresolved.baseOffset,
      how: "readable",
    });
  }

  #reject(partition: AssignedPartition, { damage, bytes }: Omit<Damage, "bytesId">): boolean {
    const { observe, sessionId, storeBytes, retries } = this.#ports;
    const next = nextSafeOffset(partition, damage);
    const baseOffset = damage.baseOffset ?? partition.fetchPosition ?? 0n;
    const damagedOn = damage.cause === "reported" ? readFrom(partition) : undefined;
    const retry = retries.next(partition, { baseOffset, damagedOn });
    // Where a batch ends must be known to go past it, whatever the policy.
    const last = retries.otherwise === "skip" && next !== undefined ? "skipped" : "halted";
    const action = retry ? "retrying" : last;
    const bytesId = bytes && storeBytes?.(bytes);
    observe(batchRejected(partition, { damage, bytes, bytesId }, { sessionId, action, retry }));
    partition.retried = undefined;
    if (action === "skipped" && next !== undefined) {
      if (partition.halted) partition.progress = { state: "fetching" };
      this.skip(partition, next);
      return true;
    }
    const what = `the batch at offset ${baseOffset} cannot be read: ${damage.message}`;
    partition.fail(
      { code: "CORRUPT_BATCH", message: `${what}; ${wayOn(next, { retry, otherwise: retries.otherwise })}` },
      {
        halted: { baseOffset, nextSafeOffset: next },
        ...(retry && { retry: "fetching" }),
      },
    );
    return false;
  }

  #gap(partition: AssignedPartition, toOffset: bigint): void {
    const { topic, partition: index, fetchPosition = 0n } = partition;
    this.#ports.observe({
      type: "fetch.gap",
      sessionId: this.#ports.sessionId,
      topic,
      partition: index,
      reason: "corruptBatch",
      fromOffset: fetchPosition,
      toOffset,
    });
  }
}

function wayOn(
  next: bigint | undefined,
  { retry, otherwise }: { readonly retry: BatchRetry | undefined; readonly otherwise: "halt" | "skip" },
): string {
  if (retry) return `it is asked for again, ${retry.attempt} of ${retry.attempts}`;
  if (next !== undefined) return `retry it, or skip to offset ${next}`;
  const notSkipped =
    otherwise === "skip" ? "it is not skipped, as nothing credible says where it ends: " : "";
  return `${notSkipped}seek to an offset behind it`;
}
