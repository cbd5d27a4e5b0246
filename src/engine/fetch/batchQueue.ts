import { ok, type Result } from "#base/result.ts";
import { LazyRecords } from "#protocol/records/lazyRecords.ts";
import type { RecordOrigin } from "./consumedRecord.ts";
import {
  type BatchContent,
  copyOf,
  type FetchedBatch,
  isSealed,
  memoryOf,
  type OpenBatch,
  type UnreadableBatch,
} from "./fetchedBatch.ts";

/** Records, bytes and batches of a part of the buffer. */
export interface BufferCounts {
  readonly records: number;
  /** Memory they take: a compressed batch counts as it came until it is opened. */
  readonly bytes: number;
  readonly batches: number;
}

export const noCounts: BufferCounts = { records: 0, bytes: 0, batches: 0 };

/** Both together. */
export function plus(some: BufferCounts, others: BufferCounts): BufferCounts {
  return {
    records: some.records + others.records,
    bytes: some.bytes + others.bytes,
    batches: some.batches + others.batches,
  };
}

interface QueuedBatch {
  readonly origin: RecordOrigin;
  /** What was sealed when it came is opened at the head of the queue. */
  content: BatchContent;
  /** Index of the next record to deliver. */
  next: number;
  /** Grows when something undeliverable follows directly: a control batch, an aborted one, a skipped one. */
  nextOffset: bigint;
  /** Of what lies directly before `nextOffset`. */
  leaderEpoch: number | undefined;
  /** Sums over the batches as they came, up to this one: two of them give what lies between. */
  readonly recordsUpTo: number;
  readonly bytesUpTo: number;
}

const compactAt = 512;

/** What is left of a batch that has left. */
const nothing: OpenBatch = {
  records: new LazyRecords(new Uint8Array(0), new Int32Array(0), {
    baseOffset: 0n,
    baseTimestamp: 0n,
    timestampType: "createTime",
    maxTimestamp: 0n,
  }),
  length: 0,
  bytes: 0,
};

/**
 * The batches of one partition, oldest first. Counts are read off the running sums its ends carry, so they cannot
 * disagree with the batches and cost nothing to ask for.
 */
export class BatchQueue {
  #items: (QueuedBatch | undefined)[] = [];
  #head = 0;
  /** Batches are numbered as they come; this is the next one's number. */
  #nextNumber = 0;
  /** Those before it were here at the last look, and have waited since. */
  #waitingTo = 0;
  /** Those before it can be read. */
  #checkedTo = 0;

  get isEmpty(): boolean {
    return this.#head === this.#items.length;
  }

  get counts(): BufferCounts {
    const tail = this.#items.at(-1);
    const head = this.#items[this.#head];
    if (!head || !tail) return noCounts;
    // Only the head can have been opened since it came, and then takes more memory than the sums know.
    return {
      records: head.content.length - head.next + tail.recordsUpTo - head.recordsUpTo,
      bytes: head.content.bytes + tail.bytesUpTo - head.bytesUpTo,
      batches: this.#items.length - this.#head,
    };
  }

  get head(): QueuedHead | undefined {
    return this.#items[this.#head];
  }

  /** What the batches lead to: where reading goes on behind the last; undefined when there is none. */
  get end(): BatchEnd | undefined {
    return this.isEmpty ? undefined : this.#items.at(-1);
  }

  push(batch: FetchedBatch): void {
    this.#nextNumber++;
    const tail = this.isEmpty ? undefined : this.#items.at(-1);
    const { origin, content, firstIndex, nextOffset } = batch;
    if (isSealed(content)) content.hold();
    this.#items.push({
      origin,
      content,
      next: firstIndex,
      nextOffset,
      leaderEpoch: origin.leaderEpoch,
      recordsUpTo: (tail?.recordsUpTo ?? 0) + content.length - firstIndex,
      bytesUpTo: (tail?.bytesUpTo ?? 0) + content.bytes,
    });
  }

  /** The records of the first batch; undefined when there is none. */
  openHead(): Result<OpenBatch, UnreadableBatch> | undefined {
    const head = this.#items[this.#head];
    if (!head) return undefined;
    if (!isSealed(head.content)) return ok(head.content);
    const closed = head.content;
    const opened = closed.open();
    if (opened.ok) {
      head.content = opened.value;
      closed.release();
    }
    return opened;
  }

  /** What is here now waits from now on. True when anything came since the last time. */
  markWaiting(): boolean {
    const hasNew = this.#nextNumber > this.#waitingTo;
    this.#waitingTo = this.#nextNumber;
    return hasNew;
  }

  /** Opens the next of the closed batches that wait, and keeps nothing of it; undefined when there is none. */
  checkNext(): Result<OpenBatch, UnreadableBatch> | undefined {
    for (let number = this.#firstUnchecked; number < this.#waitingTo; number++) {
      this.#checkedTo = number;
      const content = this.#items[this.#indexOf(number)]?.content;
      if (content === undefined || !isSealed(content)) continue;
      const opened = content.open();
      if (opened.ok) this.#checkedTo++;
      return opened;
    }
    this.#checkedTo = Math.max(this.#firstUnchecked, this.#waitingTo);
    return undefined;
  }

  /** True when any batch waits. */
  get hasWaiting(): boolean {
    return this.#firstNumber < this.#waitingTo;
  }

  /** Adds to `used`, per memory, the bytes of what lies in it. */
  addUse(used: Map<ArrayBufferLike, number>): void {
    for (let index = this.#head; index < this.#items.length; index++) {
      const content = this.#items[index]?.content;
      if (!content) continue;
      const memory = memoryOf(content);
      used.set(memory, (used.get(memory) ?? 0) + content.bytes);
    }
  }

  /** Copies batches that wait, and can be read, out of memory for which `isMeant`, until it was `maxBytes`; gives how many. */
  copyWaiting(isMeant: (memory: ArrayBufferLike) => boolean, maxBytes: number): number {
    let copied = 0;
    for (let number = this.#firstNumber; number < this.#waitingTo && copied < maxBytes; number++) {
      const item = this.#items[this.#indexOf(number)];
      if (!item || !isMeant(memoryOf(item.content))) continue;
      if (isSealed(item.content) && number >= this.#checkedTo) continue;
      const original = item.content;
      item.content = copyOf(original);
      if (isSealed(original)) original.release();
      copied += item.content.bytes;
    }
    return copied;
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
      const { content, next, nextOffset } = item;
      const end = nextOffset <= offset ? content.length : indexOfOffset(content, offset);
      records += Math.max(0, end - next);
      if (end < content.length) break;
    }
    return records;
  }

  /** Drops the batch that turned out to be unreadable, at its turn or at a look, and all behind it. */
  dropUnreadable(): void {
    const index = this.#indexOf(this.#firstUnchecked);
    if (index === this.#head) {
      while (!this.isEmpty) this.shift();
      return;
    }
    const dropped = this.#items.splice(index);
    this.#nextNumber -= dropped.length;
    for (const item of dropped) if (item) letGo(item.content);
    this.#waitingTo = Math.min(this.#waitingTo, this.#nextNumber);
  }

  /** Drops the first batch. */
  shift(): void {
    const head = this.#items[this.#head];
    if (!head) return;
    this.#items[this.#head] = undefined;
    letGo(head.content);
    // It has grown old in the queue, and what it opened is young: as long as it has not been collected itself, which
    // takes its time, it would keep that from being so.
    head.content = nothing;
    this.#head++;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= compactAt && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }

  get #firstNumber(): number {
    return this.#nextNumber - (this.#items.length - this.#head);
  }

  get #firstUnchecked(): number {
    return Math.max(this.#checkedTo, this.#firstNumber);
  }

  #indexOf(number: number): number {
    return this.#items.length - (this.#nextNumber - number);
  }
}

function letGo(content: BatchContent): void {
  if (isSealed(content)) content.release();
}

/** Where a batch ends, and what is known of it. */
export interface BatchEnd {
  readonly nextOffset: bigint;
  /** Of what lies directly before `nextOffset`. */
  readonly leaderEpoch: number | undefined;
}

/** Of a sealed batch the records are not kept: others stand before it, and one offset inside it is seldom asked for. */
function indexOfOffset(content: BatchContent, offset: bigint): number {
  if (!isSealed(content)) return content.records.indexOfOffset(offset);
  const opened = content.open();
  return opened.ok ? opened.value.records.indexOfOffset(offset) : 0;
}

/** The first batch and how far its delivery has come. */
export interface QueuedHead extends BatchEnd {
  readonly origin: RecordOrigin;
  readonly content: BatchContent;
  readonly next: number;
}
