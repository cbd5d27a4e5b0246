import type { LazyRecords } from "#protocol/records/lazyRecords.ts";
import type { RecordOrigin } from "./consumedRecord.ts";

/** A batch as it goes into the buffer: what is left of it to deliver, and where reading goes on behind it. */
export interface FetchedBatch {
  readonly origin: RecordOrigin;
  readonly records: LazyRecords;
  /** The first record that is to be delivered: a fetch may begin inside a batch. */
  readonly firstIndex: number;
  /** Memory it holds until its last record is delivered. */
  readonly bytes: number;
  /** The offset behind the batch. */
  readonly nextOffset: bigint;
}

/** Records, bytes and batches of a part of the buffer. */
export interface BufferCounts {
  readonly records: number;
  readonly bytes: number;
  readonly batches: number;
}

export const noCounts: BufferCounts = { records: 0, bytes: 0, batches: 0 };

interface QueuedBatch {
  readonly batch: FetchedBatch;
  /** Index of the next record to deliver. */
  next: number;
  /** Grows when something undeliverable follows directly: a control batch, an aborted one, a skipped one. */
  nextOffset: bigint;
  /** Of what lies directly before `nextOffset`. */
  leaderEpoch: number | undefined;
  /** Sums over all batches ever queued, up to this one: two of them give what lies between. */
  readonly recordsUpTo: number;
  readonly bytesUpTo: number;
}

const compactAt = 512;

/**
 * The batches of one partition, oldest first. Counts are read off the running sums its ends carry, so they cannot
 * disagree with the batches and cost nothing to ask for.
 */
export class BatchQueue {
  #items: (QueuedBatch | undefined)[] = [];
  #head = 0;
  /** Sums when the queue was last empty: what the first batch's sums begin from. */
  #recordsBefore = 0;
  #bytesBefore = 0;

  get isEmpty(): boolean {
    return this.#head === this.#items.length;
  }

  get counts(): BufferCounts {
    const tail = this.#items.at(-1);
    const head = this.#items[this.#head];
    if (!head || !tail) return noCounts;
    const delivered = head.next - head.batch.firstIndex;
    return {
      records: tail.recordsUpTo - this.#recordsBefore - delivered,
      bytes: tail.bytesUpTo - this.#bytesBefore,
      batches: this.#items.length - this.#head,
    };
  }

  get head(): QueuedHead | undefined {
    return this.#items[this.#head];
  }

  push(batch: FetchedBatch): void {
    const tail = this.isEmpty ? undefined : this.#items.at(-1);
    const recordsUpTo = tail?.recordsUpTo ?? this.#recordsBefore;
    const bytesUpTo = tail?.bytesUpTo ?? this.#bytesBefore;
    this.#items.push({
      batch,
      next: batch.firstIndex,
      nextOffset: batch.nextOffset,
      leaderEpoch: batch.origin.leaderEpoch,
      recordsUpTo: recordsUpTo + batch.records.length - batch.firstIndex,
      bytesUpTo: bytesUpTo + batch.bytes,
    });
  }

  /** Marks records of the first batch as delivered; it stays until it is shifted. */
  advanceHead(count: number): void {
    const head = this.#items[this.#head];
    if (head) head.next += count;
  }

  /** The last batch now leads to `nextOffset`: nothing in between is to be delivered. */
  extendTail(nextOffset: bigint, leaderEpoch: number | undefined): void {
    const tail = this.isEmpty ? undefined : this.#items.at(-1);
    if (!tail) return;
    tail.nextOffset = nextOffset;
    tail.leaderEpoch = leaderEpoch;
  }

  /** Records before `offset`, at least those that are certainly so. */
  recordsBefore(offset: bigint): number {
    let records = 0;
    for (let index = this.#head; index < this.#items.length; index++) {
      const item = this.#items[index];
      if (!item) break;
      const { batch, next, nextOffset } = item;
      const end = nextOffset <= offset ? batch.records.length : batch.records.indexOfOffset(offset);
      records += Math.max(0, end - next);
      if (end < batch.records.length) break;
    }
    return records;
  }

  /** Drops the first batch. */
  shift(): void {
    const head = this.#items[this.#head];
    if (!head) return;
    this.#recordsBefore = head.recordsUpTo;
    this.#bytesBefore = head.bytesUpTo;
    this.#items[this.#head] = undefined;
    this.#head++;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= compactAt && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** The first batch and how far its delivery has come. */
export interface QueuedHead {
  readonly batch: FetchedBatch;
  readonly next: number;
  readonly nextOffset: bigint;
  readonly leaderEpoch: number | undefined;
}
