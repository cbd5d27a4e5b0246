import type { Result } from "#base/result.ts";
import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { BufferReleaseReason } from "#trace/observations/buffer.ts";
import { type BatchEnd, BatchQueue, type BufferCounts, noCounts, plus } from "./batchQueue.ts";
import { ConsumedRecord } from "./consumedRecord.ts";
import type { FetchedBatch, OpenBatch, UnreadableBatch } from "./fetchedBatch.ts";

/** What left the buffer, and why. */
export interface BufferRelease {
  readonly reason: BufferReleaseReason;
  readonly records: number;
  readonly bytes: number;
}

/** What a take got, and the next offset to deliver after it. */
export interface Taken {
  readonly records: number;
  readonly bytes: number;
  /** Memory that was not in use before: of batches that were opened for it. */
  readonly openedBytes: number;
  /** Undefined when nothing was taken out. */
  readonly position: bigint | undefined;
  /** Of what lies directly before the position. */
  readonly leaderEpoch: number | undefined;
  /** The batch that it ended at, as it cannot be opened. It is still here, and so is everything behind it. */
  readonly unreadable?: UnreadableBatch | undefined;
}

/** A take ends once it has decompressed this much, or dropped it: whoever takes looks at the clock in between. */
const openedAtOnce = 256 * 1024;

/** For less than this nothing is copied. */
const spareMemoryBytes = 4_096;

/**
 * Everything fetched and not yet delivered, of all partitions. Batches enter through `append` and leave through one
 * function, with a reason; every count is read off the batches themselves.
 */
export class RecordBuffer {
  readonly #queues = new TopicPartitionMap<BatchQueue>();
  readonly #onChange: (key: TopicPartition, release?: BufferRelease) => void;

  /** `onChange` is told after every change, and what was released when that was the change. */
  constructor(onChange: (key: TopicPartition, release?: BufferRelease) => void) {
    this.#onChange = onChange;
  }

  countsOf(key: TopicPartition): BufferCounts {
    return this.#queues.get(key)?.counts ?? noCounts;
  }

  totals(of: { readonly without?: TopicPartition } = {}): BufferCounts {
    const left = of.without && this.#queues.get(of.without);
    let totals = noCounts;
    for (const queue of this.#queues.values()) if (queue !== left) totals = plus(totals, queue.counts);
    return totals;
  }

  isEmpty(key: TopicPartition): boolean {
    return !this.#queues.has(key);
  }

  append(key: TopicPartition, batch: FetchedBatch): void {
    let queue = this.#queues.get(key);
    if (!queue) {
      queue = new BatchQueue();
      this.#queues.set(key, queue);
    }
    queue.push(batch);
    this.#onChange(key);
  }

  /**
   * Says that nothing up to `nextOffset` is to be delivered after the last buffered batch. False when nothing is
   * buffered: the position itself has to move then.
   */
  extend(key: TopicPartition, nextOffset: bigint, leaderEpoch: number | undefined): boolean {
    const queue = this.#queues.get(key);
    queue?.extendTail(nextOffset, leaderEpoch);
    return queue !== undefined;
  }

  /** Moves up to `max` records of the partition into `into`, oldest first; fewer when many bytes had to be opened. */
  take(key: TopicPartition, max: number, into: ConsumedRecord[]): Taken | undefined {
    const queue = this.#queues.get(key);
    if (!queue || max <= 0) return undefined;
    let position: bigint | undefined;
    let leaderEpoch: number | undefined;
    let unreadable: UnreadableBatch | undefined;
    let left = max;
    let [bytes, openedBytes] = [0, 0];
    for (let head = queue.head; head && left > 0 && openedBytes < openedAtOnce; head = queue.head) {
      const closedBytes = head.content.bytes;
      const opened = queue.openHead();
      if (!opened?.ok) {
        unreadable = opened?.error;
        break;
      }
      const { origin, next } = head;
      const { records, length } = opened.value;
      openedBytes += opened.value.bytes - closedBytes;
      const end = Math.min(length, next + left);
      for (let index = next; index < end; index++) into.push(new ConsumedRecord(origin, records, index));
      leaderEpoch = origin.leaderEpoch;
      queue.advanceHead(end - next);
      left -= end - next;
      if (end === length) {
        position = head.nextOffset;
        leaderEpoch = head.leaderEpoch;
        bytes += opened.value.bytes;
        queue.shift();
      } else {
        position = records.offsetAt(end - 1) + 1n;
      }
    }
    const records = max - left;
    if (position !== undefined) this.#released(key, queue, { reason: "polled", records, bytes });
    return { records, bytes, openedBytes, position, leaderEpoch, unreadable };
  }

  /** How many records of the partition lie before `offset`. */
  countBefore(key: TopicPartition, offset: bigint): number {
    return this.#queues.get(key)?.recordsBefore(offset) ?? 0;
  }

  /**
   * Takes out, undelivered, what lies before `offset`, or some of it when many bytes had to be opened; undefined when
   * nothing of the partition is here.
   */
  discardBefore(key: TopicPartition, offset: bigint): Taken | undefined {
    const queue = this.#queues.get(key);
    if (!queue) return undefined;
    let [records, bytes, openedBytes] = [0, 0, 0];
    let readBytes = 0;
    let position: bigint | undefined;
    let leaderEpoch: number | undefined;
    let unreadable: UnreadableBatch | undefined;
    for (let head = queue.head; head && readBytes < openedAtOnce; head = queue.head) {
      // Whatever is passed over is opened as well: nobody is to be told of records that are none.
      const closed = head.content;
      const opened = queue.openHead();
      if (!opened?.ok) {
        unreadable = opened?.error;
        break;
      }
      const { origin, next, nextOffset } = head;
      const content = opened.value;
      openedBytes += content.bytes - closed.bytes;
      // Every record is looked at by that, compressed or not, and here no number of them is where it ends.
      if (content !== closed) readBytes += content.bytes;
      const end = nextOffset > offset ? content.records.indexOfOffset(offset) : content.length;
      if (end < content.length) {
        position = offset;
        leaderEpoch = origin.leaderEpoch;
        records += Math.max(0, end - next);
        if (end > next) queue.advanceHead(end - next);
        break;
      }
      records += content.length - next;
      bytes += content.bytes;
      position = nextOffset;
      leaderEpoch = head.leaderEpoch;
      queue.shift();
    }
    if (position !== undefined) this.#released(key, queue, { reason: "purged", records, bytes });
    return { records, bytes, openedBytes, position, leaderEpoch, unreadable };
  }

  /** Everything that is here waits from now on. True when anything came since the last time. */
  markWaiting(): boolean {
    let hasNew = false;
    for (const queue of this.#queues.values()) hasNew = queue.markWaiting() || hasNew;
    return hasNew;
  }

  /** Looks into the next closed batch of the partition that waits; undefined when there is none. */
  checkNext(key: TopicPartition): Result<OpenBatch, UnreadableBatch> | undefined {
    return this.#queues.get(key)?.checkNext();
  }

  /**
   * A batch keeps all of its response in memory, of which the rest may have left long ago. Where more than twice is held of
   * what is here, the batches that wait are copied out of it, up to about `maxBytes`; gives how many.
   */
  copyOut(maxBytes: number): number {
    const queues = Array.from(this.#queues.values());
    if (!queues.some(({ hasWaiting }) => hasWaiting)) return 0;
    const used = new Map<ArrayBufferLike, number>();
    for (const queue of queues) queue.addUse(used);
    const isInVain = (memory: ArrayBufferLike) =>
      memory.byteLength > 2 * (used.get(memory) ?? 0) + spareMemoryBytes;
    let copied = 0;
    for (const queue of queues) copied += queue.copyWaiting(isInVain, maxBytes - copied);
    return copied;
  }

  /**
   * Takes the batch out that turned out to be unreadable, at its turn or at a look, and everything of the partition behind
   * it; gives what stays before it leads to, if anything does.
   */
  dropUnreadable(key: TopicPartition): BatchEnd | undefined {
    const queue = this.#queues.get(key);
    if (!queue) return undefined;
    const before = queue.counts;
    queue.dropUnreadable();
    const { records, bytes } = queue.counts;
    this.#released(key, queue, {
      reason: "rejected",
      records: before.records - records,
      bytes: before.bytes - bytes,
    });
    return queue.end;
  }

  /** Takes everything of the partition out, undelivered. */
  drop(key: TopicPartition, reason: Exclude<BufferReleaseReason, "polled" | "rejected">): BufferCounts {
    const queue = this.#queues.get(key);
    if (!queue) return noCounts;
    const counts = queue.counts;
    while (!queue.isEmpty) queue.shift();
    this.#released(key, queue, { reason, records: counts.records, bytes: counts.bytes });
    return counts;
  }

  /** The one way out: an empty queue is forgotten, and whoever shows counts is told. */
  #released(key: TopicPartition, queue: BatchQueue, release: BufferRelease): void {
    if (queue.isEmpty) this.#queues.delete(key);
    this.#onChange(key, release);
  }
}
