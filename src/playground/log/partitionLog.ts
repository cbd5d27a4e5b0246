import { Emitter, type Event } from "#base/events.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import { stampBatch, stampInPlace } from "#protocol/records/batchWriter.ts";
import { batchLayout, lastOffsetOf, readBatchHeader } from "#protocol/records/recordBatch.ts";
import { compactBatches } from "./compactBatches.ts";
import { EpochCache, type EpochEnd, type EpochStart } from "./epochCache.ts";
import { freedBy, heldBytesOf } from "./heldBytes.ts";
import { LogBatches, type ReadLimits, type ReadResult } from "./logBatches.ts";
import type { LogBegin, LogChange } from "./logChange.ts";
import { noteProducer } from "./markerBatch.ts";
import { ProducerStates } from "./producerStates.ts";
import type { SharedFrame } from "./sharedFrame.ts";
import { StoredBatch, type StoredBatchParts } from "./storedBatch.ts";
import { findByTimestamp, findNewest, type TimestampHit } from "./timestampSearch.ts";

/** What happens to a batch on its way into the log. */
export interface AppendOptions {
  /** What it makes of the bytes is what consumers will get. */
  readonly edit?: ((stamped: Uint8Array) => Uint8Array) | undefined;
  /** Replaces the producer's timestamps. */
  readonly logAppendTime?: bigint | undefined;
  /** What the batch lies in and may stay in, changed where it is: nobody else has a use for it. */
  readonly frame?: SharedFrame | undefined;
}

/** Shorter batches are copied out of their request: it would be held for little. */
const stayingBytes = 4_096;

/**
 * The log of one partition: batches kept as bytes, offsets given on append.
 *
 * With one copy, the high watermark is the log's end. Transactions that are not decided hold back the last stable
 * offset (KIP-98).
 */
export class PartitionLog {
  readonly id: TopicPartition;
  readonly producers = new ProducerStates();
  readonly #appended = new Emitter<void>();
  readonly #changed = new Emitter<LogChange>();
  readonly #epochs = new EpochCache();
  readonly #batches = new LogBatches();
  #logStartOffset = 0n;
  #logEndOffset = 0n;
  #hasHoles = false;

  constructor(id: TopicPartition) {
    this.id = id;
  }

  /** Fires after each append, and when readers must look again: a new epoch, a cut, the end. */
  get onAppended(): Event<void> {
    return this.#appended.event;
  }

  /** Fires after each change, with what a copy needs to follow it. */
  get onChanged(): Event<LogChange> {
    return this.#changed.event;
  }

  /** All batches held, the oldest first. */
  get batches(): readonly StoredBatch[] {
    return this.#batches.all;
  }

  get epochs(): readonly EpochStart[] {
    return this.#epochs.all;
  }

  get logStartOffset(): bigint {
    return this.#logStartOffset;
  }

  get logEndOffset(): bigint {
    return this.#logEndOffset;
  }

  get highWatermark(): bigint {
    return this.#logEndOffset;
  }

  get lastStableOffset(): bigint {
    const unstable = this.producers.transactions.firstUnstableOffset;
    return unstable === undefined ? this.highWatermark : later(unstable, this.#logStartOffset);
  }

  get leaderEpoch(): number {
    return this.#epochs.latest;
  }

  /** Where the current leader began to write. */
  get currentEpochStart(): bigint {
    return this.#epochs.latestStart;
  }

  /** Whether offsets may be missing between batches: compaction took them, or a cut fell into a batch. */
  get hasHoles(): boolean {
    return this.#hasHoles;
  }

  /** One of the batches held, counted from the oldest. */
  batchAt(place: number): StoredBatch | undefined {
    return this.#batches.at(place);
  }

  get oldestBatch(): StoredBatch | undefined {
    return this.#batches.oldest;
  }

  get newestBatch(): StoredBatch | undefined {
    return this.#batches.newest;
  }

  get batchCount(): number {
    return this.#batches.count;
  }

  /** Bytes of the batches themselves. */
  get storedBytes(): number {
    return this.#batches.storedBytes;
  }

  /** Bytes held, with what each batch costs beside them. */
  get heldBytes(): number {
    return this.#batches.heldBytes;
  }

  /** Appends one produced batch. */
  append(produced: Uint8Array, options: AppendOptions = {}): StoredBatch {
    const { edit, logAppendTime } = options;
    const stamp = { baseOffset: this.#logEndOffset, partitionLeaderEpoch: this.leaderEpoch, logAppendTime };
    const frame = edit === undefined && produced.length >= stayingBytes ? options.frame : undefined;
    if (frame) stampInPlace(produced, stamp);
    const stamped = frame ? produced : stampBatch(produced, stamp);
    const intactHeader = edit && stamped.slice(0, batchLayout.records);
    const bytes = edit?.(stamped) ?? stamped;
    const batch = this.#add(bytes, { intactHeader, frame });
    this.#changed.fire({ type: "appended", batch });
    this.#appended.fire();
    return batch;
  }

  /** The log is as it was when a copy of it began; what came after is told next. */
  restoreBegin({ logStartOffset, logEndOffset, epochs }: LogBegin): void {
    this.#batches.replaceAll([]);
    this.#logStartOffset = logStartOffset;
    this.#logEndOffset = logEndOffset;
    this.#epochs.restore(epochs);
    this.producers.clear();
  }

  /** A batch with the offsets it has, as it came or as it was; with its header apart where it was damaged on purpose. */
  restoreBatch(bytes: Uint8Array, intactHeader?: Uint8Array): StoredBatch {
    return this.#add(bytes, { intactHeader });
  }

  #add(
    bytes: Uint8Array,
    { intactHeader, frame }: Pick<StoredBatchParts, "intactHeader" | "frame">,
  ): StoredBatch {
    const header = readBatchHeader(intactHeader ?? bytes);
    const lastOffset = lastOffsetOf(header);
    const previous = this.newestBatch;
    const before = this.#batches.newestTimestamp;
    const { maxTimestamp, baseOffset } = header;
    if (baseOffset !== (previous ? previous.lastOffset + 1n : this.#logStartOffset)) this.#hasHoles = true;
    const newestSoFar = later(maxTimestamp, before);
    const places = { baseOffset, lastOffset, maxTimestamp, newestSoFar };
    const batch = new StoredBatch({ ...places, bytes, intactHeader, frame });
    this.#batches.push(batch);
    this.#logEndOffset = lastOffset + 1n;
    noteProducer(this.producers, { header, bytes });
    return batch;
  }

  /** The log ends here although no batch reaches so far: compaction took the last ones. */
  restoreEnd(logEndOffset: bigint): void {
    this.#logEndOffset = logEndOffset;
  }

  /**
   * Whole batches from the one that holds `offset` on, up to `maxBytes`; the first even when it is larger, if
   * `firstAnyway` (KIP-74). Undefined when the offset is outside the log.
   */
  read(offset: bigint, limits: ReadLimits): ReadResult | undefined {
    if (offset < this.#logStartOffset || offset > this.#logEndOffset) return undefined;
    const { endOffset = this.#logEndOffset } = limits;
    return this.#batches.read(offset, { ...limits, endOffset });
  }

  /** How many bytes could be read from `offset` up to `endOffset`, counted no further than `enough`. */
  bytesFrom(offset: bigint, endOffset: bigint, enough: number): number {
    return this.#batches.bytesFrom(offset, endOffset, enough);
  }

  /** The first record at or after a time. */
  findByTimestamp(timestamp: bigint): TimestampHit | undefined {
    return findByTimestamp(this.#batches, timestamp, this.#logStartOffset);
  }

  /** The record with the greatest timestamp, the first of them (KIP-734). */
  findNewest(): TimestampHit | undefined {
    return findNewest(this.#batches, this.#logStartOffset);
  }

  /** The epoch not above the one asked for, and where it ends (KIP-101). Undefined for an epoch never heard of. */
  endOfEpoch(epoch: number): EpochEnd | undefined {
    return this.#epochs.endOf(epoch, this.#logEndOffset);
  }

  /** The leader epoch that wrote at this offset. */
  epochAt(offset: bigint): number {
    return this.#epochs.at(offset);
  }

  /** Whoever waits for data looks again: who serves it has changed. */
  wakeReaders(): void {
    this.#appended.fire();
  }

  /** A new leader writes from here on. */
  beginEpoch(epoch: number): void {
    this.#epochs.begin(epoch, this.#logEndOffset);
    this.#changed.fire({ type: "epochBegan", epoch });
    this.#appended.fire();
  }

  /**
   * Cuts the log off at an offset, as a replica does that follows a leader which lacks the rest; a batch that reaches
   * past it goes as a whole. Returns what that freed.
   */
  truncate(offset: bigint): number {
    if (offset >= this.#logEndOffset) return 0;
    const freed = this.#batches.cutAt(offset);
    this.#logEndOffset = offset;
    if (this.#logStartOffset > offset) this.#logStartOffset = offset;
    this.#epochs.truncate(offset);
    this.#replayProducers();
    this.#changed.fire({ type: "truncated", offset });
    this.#appended.fire();
    return freed;
  }

  /** Drops the oldest batch and returns what that freed. */
  dropOldest(): number {
    const dropped = this.#batches.dropOldest();
    if (dropped === undefined) return 0;
    this.#startAt(later(this.#logStartOffset, dropped.batch.lastOffset + 1n));
    return dropped.freedBytes;
  }

  /** The log is given up with everything in it. Returns what that freed. */
  free(): number {
    return this.#batches.free();
  }

  /** Moves the log's start (DeleteRecords); batches wholly before it go. Returns what that freed. */
  deleteBefore(offset: bigint): number {
    let freed = 0;
    for (let batch = this.oldestBatch; batch && batch.lastOffset < offset; batch = this.oldestBatch) {
      freed += this.dropOldest();
    }
    this.#startAt(later(this.#logStartOffset, offset));
    return freed;
  }

  /**
   * Keeps the newest record of each key, up to the last stable offset. Gives what that freed, and when the next tombstones
   * or markers may go.
   */
  compact(rules: { readonly now: bigint; readonly deleteRetentionMs: bigint }): {
    readonly freedBytes: number;
    readonly nextHorizon: bigint | undefined;
  } {
    let freedBytes = 0;
    const live = this.batches;
    const compacted = compactBatches(live, {
      ...rules,
      endOffset: this.lastStableOffset,
      lastBatchOf: (producerId) => this.producers.lastBatchOf(producerId),
    });
    const rewritten = live.flatMap((batch, index) => {
      const kept = compacted[index];
      if (kept !== undefined && !(kept instanceof Uint8Array)) return [kept];
      freedBytes += freedBy(batch);
      if (kept === undefined) return [];
      const { maxTimestamp } = readBatchHeader(kept);
      const { baseOffset, lastOffset, newestSoFar } = batch;
      const changed = new StoredBatch({ baseOffset, lastOffset, maxTimestamp, newestSoFar, bytes: kept });
      freedBytes -= heldBytesOf(changed);
      return [changed];
    });
    this.#batches.replaceAll(rewritten);
    let nextHorizon: bigint | undefined;
    for (const { header } of rewritten) {
      const { hasDeleteHorizon, baseTimestamp } = header;
      if (hasDeleteHorizon && !(nextHorizon !== undefined && nextHorizon <= baseTimestamp)) {
        nextHorizon = baseTimestamp;
      }
    }
    this.#hasHoles ||= rewritten.length < live.length;
    this.#changed.fire({ type: "rewritten" });
    return { freedBytes, nextHorizon };
  }

  /** The topic is gone: whoever waits for data is woken and finds out. */
  dispose(): void {
    this.#appended.fire();
    this.#appended.dispose();
    this.#changed.dispose();
  }

  #startAt(offset: bigint): void {
    this.#logStartOffset = offset;
    this.#epochs.startAt(offset);
    this.producers.transactions.startMoved(offset);
    this.#changed.fire({ type: "startMoved", offset });
  }

  /** Works out anew what is known of producers, from the batches that are left. */
  #replayProducers(): void {
    this.producers.clear();
    for (const batch of this.batches) noteProducer(this.producers, batch);
  }
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
