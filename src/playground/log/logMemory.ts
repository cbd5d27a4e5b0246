import { takenBy } from "./heldBytes.ts";
import type { PartitionLog } from "./partitionLog.ts";
import type { StoredBatch } from "./storedBatch.ts";

/** What was given up to stay within the bound. */
export interface Dropped {
  readonly log: PartitionLog;
  readonly batch: StoredBatch;
}

interface Entry {
  readonly log: PartitionLog;
  readonly baseOffset: bigint;
}

/**
 * The memory all logs of a playground share. When it is used up, the oldest batches go, wherever they are: the log's
 * start moves, and whoever reads there is told OFFSET_OUT_OF_RANGE as after Kafka's retention.
 */
export class LogMemory {
  readonly maxBytes: number;
  #order: Entry[] = [];
  #next = 0;
  #usedBytes = 0;
  #droppedBatches = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Batches given up since the start. */
  get droppedBatches(): number {
    return this.#droppedBatches;
  }

  /** Counts an appended batch, and says which ones had to go for it; the newest one itself stays. */
  appended(log: PartitionLog, batch: StoredBatch): readonly Dropped[] {
    this.#order.push({ log, baseOffset: batch.baseOffset });
    this.#usedBytes += takenBy(batch);
    const dropped: Dropped[] = [];
    while (this.#usedBytes > this.maxBytes && this.#next < this.#order.length - 1) {
      const entry = this.#order[this.#next++];
      const oldest = entry?.log.oldestBatch;
      // Deleted records and topics leave entries behind that no longer stand for anything.
      if (entry === undefined || oldest === undefined || oldest.baseOffset !== entry.baseOffset) continue;
      this.#usedBytes -= entry.log.dropOldest();
      dropped.push({ log: entry.log, batch: oldest });
    }
    this.#droppedBatches += dropped.length;
    if (this.#next > 4096 && this.#next * 2 > this.#order.length) this.#forgetPassed();
    return dropped;
  }

  /** Bytes that were freed in another way. */
  freed(bytes: number): void {
    this.#usedBytes -= bytes;
  }

  /** A log is gone with everything in it. */
  removed(log: PartitionLog): void {
    this.#usedBytes -= log.free();
    this.#order = this.#order.slice(this.#next).filter((entry) => entry.log !== log);
    this.#next = 0;
  }

  #forgetPassed(): void {
    this.#order = this.#order.slice(this.#next);
    this.#next = 0;
  }
}
