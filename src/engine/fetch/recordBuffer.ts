import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { BufferReleaseReason } from "#trace/observations/buffer.ts";
import { BatchQueue, type BufferCounts, type FetchedBatch, noCounts } from "./batchQueue.ts";
import { ConsumedRecord } from "./consumedRecord.ts";

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
  readonly position: bigint;
  /** Of what lies directly before the position. */
  readonly leaderEpoch: number | undefined;
}

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

  totals(): BufferCounts {
    let [records, bytes, batches] = [0, 0, 0];
    for (const queue of this.#queues.values()) {
      const counts = queue.counts;
      records += counts.records;
      bytes += counts.bytes;
      batches += counts.batches;
    }
    return { records, bytes, batches };
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

  /** Moves up to `max` records of the partition into `into`, oldest first. */
  take(key: TopicPartition, max: number, into: ConsumedRecord[]): Taken | undefined {
    const queue = this.#queues.get(key);
    if (!queue || max <= 0) return undefined;
    let position = 0n;
    let leaderEpoch: number | undefined;
    let left = max;
    let bytes = 0;
    for (let head = queue.head; head && left > 0; head = queue.head) {
      const { batch, next } = head;
      const { origin, records } = batch;
      const end = Math.min(records.length, next + left);
      for (let index = next; index < end; index++) into.push(new ConsumedRecord(origin, records, index));
      leaderEpoch = origin.leaderEpoch;
      queue.advanceHead(end - next);
      left -= end - next;
      if (end === batch.records.length) {
        position = head.nextOffset;
        leaderEpoch = head.leaderEpoch;
        bytes += batch.bytes;
        queue.shift();
      } else {
        position = records.offsetAt(end - 1) + 1n;
      }
    }
    const records = max - left;
    this.#released(key, queue, { reason: "polled", records, bytes });
    return { records, bytes, position, leaderEpoch };
  }

  /** How many records of the partition lie before `offset`. */
  countBefore(key: TopicPartition, offset: bigint): number {
    return this.#queues.get(key)?.recordsBefore(offset) ?? 0;
  }

  /** Takes out, undelivered, what lies before `offset`; undefined when nothing of the partition is here. */
  discardBefore(key: TopicPartition, offset: bigint): Taken | undefined {
    const queue = this.#queues.get(key);
    if (!queue) return undefined;
    let [records, bytes, position] = [0, 0, 0n];
    let leaderEpoch: number | undefined;
    for (let head = queue.head; head; head = queue.head) {
      const { batch, next, nextOffset } = head;
      if (nextOffset > offset) {
        const end = batch.records.indexOfOffset(offset);
        if (end < batch.records.length) {
          position = offset;
          leaderEpoch = batch.origin.leaderEpoch;
          records += Math.max(0, end - next);
          if (end > next) queue.advanceHead(end - next);
          break;
        }
      }
      records += batch.records.length - next;
      bytes += batch.bytes;
      position = nextOffset;
      leaderEpoch = head.leaderEpoch;
      queue.shift();
    }
    this.#released(key, queue, { reason: "purged", records, bytes });
    return { records, bytes, position, leaderEpoch };
  }

  /** Takes everything of the partition out, undelivered. */
  drop(key: TopicPartition, reason: Exclude<BufferReleaseReason, "polled">): BufferCounts {
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
