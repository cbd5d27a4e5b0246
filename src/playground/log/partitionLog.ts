import { ByteParts } from "#base/byteParts.ts";
import { Emitter, type Event } from "#base/events.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import { decodeBatch } from "#protocol/records/batchReader.ts";
import { encodeBatch, stampBatch, stampInPlace } from "#protocol/records/batchWriter.ts";
import { decodeControlRecord, endTransactionMarker } from "#protocol/records/controlRecord.ts";
import { batchLayout, lastOffsetOf, readBatchHeader } from "#protocol/records/recordBatch.ts";
import { compactBatches } from "./compactBatches.ts";
import { EpochCache, type EpochEnd, type EpochStart } from "./epochCache.ts";
import { freedBy, heldBytesOf, overheadBytes } from "./heldBytes.ts";
import type { LogBegin, LogChange } from "./logChange.ts";
import { ProducerStates, type TransactionMarker } from "./producerStates.ts";
import type { SharedFrame } from "./sharedFrame.ts";
import type { StoredBatch } from "./storedBatch.ts";

/** What happens to a batch on its way into the log. */
export interface AppendOptions {
  /** What it makes of the bytes is what consumers will get. */
  readonly edit?: ((stamped: Uint8Array) => Uint8Array) | undefined;
  /** Replaces the producer's timestamps. */
  readonly logAppendTime?: bigint | undefined;
  /** What the batch lies in and may stay in, changed where it is: nobody else has a use for it. */
  readonly frame?: SharedFrame | undefined;
}

/** How much is read at once. */
export interface ReadLimits {
  readonly maxBytes: number;
  /** One batch is given even when it is larger than that (KIP-74). */
  readonly firstAnyway: boolean;
  /** Batches from here on are not given; the log's end when undefined. */
  readonly endOffset?: bigint | undefined;
}

/** Whole batches, and the offset behind the last of them. */
export interface ReadResult {
  readonly records: ByteParts;
  readonly nextOffset: bigint;
}

/** A record found by its timestamp. */
export interface TimestampHit {
  readonly offset: bigint;
  readonly timestamp: bigint;
  readonly leaderEpoch: number;
}

const noBytes = new Uint8Array(0);

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
  #batches: StoredBatch[] = [];
  #first = 0;
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
    return this.#batches.slice(this.#first);
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
    return this.#batches[this.#first + place];
  }

  get oldestBatch(): StoredBatch | undefined {
    return this.#batches[this.#first];
  }

  get newestBatch(): StoredBatch | undefined {
    return this.batchCount === 0 ? undefined : this.#batches.at(-1);
  }

  get batchCount(): number {
    return this.#batches.length - this.#first;
  }

  /** Bytes of the batches themselves. */
  get storedBytes(): number {
    return this.heldBytes - this.batchCount * overheadBytes;
  }

  /** Bytes held, with what each batch costs beside them. */
  get heldBytes(): number {
    let total = 0;
    for (let index = this.#first; index < this.#batches.length; index++) {
      const batch = this.#batches[index];
      if (batch) total += heldBytesOf(batch);
    }
    return total;
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
    this.#batches = [];
    this.#first = 0;
    this.#logStartOffset = logStartOffset;
    this.#logEndOffset = logEndOffset;
    this.#epochs.restore(epochs);
    this.producers.clear();
  }

  /** A batch with the offsets it has, as it came or as it was; with its header apart where it was damaged on purpose. */
  restoreBatch(bytes: Uint8Array, intactHeader?: Uint8Array): StoredBatch {
    return this.#add(bytes, { intactHeader });
  }

  #add(bytes: Uint8Array, { intactHeader, frame }: Pick<StoredBatch, "intactHeader" | "frame">): StoredBatch {
    const header = readBatchHeader(intactHeader ?? bytes);
    const lastOffset = lastOffsetOf(header);
    const previous = this.newestBatch;
    const before = this.#batches.at(-1)?.newestSoFar ?? -1n;
    const { maxTimestamp, baseOffset } = header;
    if (baseOffset !== (previous ? previous.lastOffset + 1n : this.#logStartOffset)) this.#hasHoles = true;
    const newestSoFar = maxTimestamp > before ? maxTimestamp : before;
    const batch = { baseOffset, lastOffset, maxTimestamp, newestSoFar, header, bytes, intactHeader, frame };
    this.#batches.push(batch);
    this.#logEndOffset = lastOffset + 1n;
    noteProducer(this.producers, batch);
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
    const { maxBytes, firstAnyway, endOffset = this.#logEndOffset } = limits;
    const chosen: Uint8Array[] = [];
    let total = 0;
    let nextOffset = offset;
    for (let index = this.#indexOf(offset); index < this.#batches.length; index++) {
      const batch = this.#batches[index];
      if (batch === undefined || batch.baseOffset >= endOffset) break;
      const isFirst = chosen.length === 0 && firstAnyway;
      if (total + batch.bytes.length > maxBytes && !isFirst) break;
      chosen.push(batch.bytes);
      total += batch.bytes.length;
      nextOffset = batch.lastOffset + 1n;
    }
    return { records: ByteParts.gather(chosen), nextOffset };
  }

  /** How many bytes could be read from `offset` up to `endOffset`, counted no further than `enough`. */
  bytesFrom(offset: bigint, endOffset: bigint, enough: number): number {
    let total = 0;
    for (let index = this.#indexOf(offset); index < this.#batches.length && total < enough; index++) {
      const batch = this.#batches[index];
      if (batch === undefined || batch.baseOffset >= endOffset) break;
      total += batch.bytes.length;
    }
    return total;
  }

  /** The first record at or after a time. */
  findByTimestamp(timestamp: bigint): TimestampHit | undefined {
    let low = this.#first;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#batches[middle]?.newestSoFar ?? 0n) < timestamp) low = middle + 1;
      else high = middle;
    }
    // The bound may stem from a batch that is no longer held, so the batches themselves have the last word.
    for (let index = low; index < this.#batches.length; index++) {
      const batch = this.#batches[index];
      if (batch === undefined || batch.maxTimestamp < timestamp) continue;
      const hit = this.#firstRecord(batch, (time) => time >= timestamp);
      if (hit !== undefined) return hit;
    }
    return undefined;
  }

  /** The record with the greatest timestamp, the first of them (KIP-734). */
  findNewest(): TimestampHit | undefined {
    let newest: StoredBatch | undefined;
    for (let index = this.#first; index < this.#batches.length; index++) {
      const batch = this.#batches[index];
      if (batch && (newest === undefined || batch.maxTimestamp > newest.maxTimestamp)) newest = batch;
    }
    if (newest === undefined) return undefined;
    const { maxTimestamp } = newest;
    return this.#firstRecord(newest, (time) => time === maxTimestamp);
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
    let freed = 0;
    for (let last = this.#batches.at(-1); last; last = this.#batches.at(-1)) {
      if (this.batchCount === 0 || last.lastOffset < offset) break;
      this.#batches.pop();
      freed += freedBy(last);
    }
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
    const oldest = this.oldestBatch;
    if (oldest === undefined) return 0;
    // Its place is cleared up later, with others; the bytes, which the bound is about, go at once.
    this.#batches[this.#first++] = { ...oldest, bytes: noBytes, intactHeader: undefined, frame: undefined };
    this.#startAt(later(this.#logStartOffset, oldest.lastOffset + 1n));
    if (this.#first > 1024 && this.#first * 2 > this.#batches.length) {
      this.#batches = this.#batches.slice(this.#first);
      this.#first = 0;
    }
    return freedBy(oldest);
  }

  /** The log is given up with everything in it. Returns what that freed. */
  free(): number {
    let freed = 0;
    for (let index = this.#first; index < this.#batches.length; index++) {
      const batch = this.#batches[index];
      if (batch) freed += freedBy(batch);
    }
    return freed;
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
    const live = this.#batches.slice(this.#first);
    const compacted = compactBatches(live, {
      ...rules,
      endOffset: this.lastStableOffset,
      lastBatchOf: (producerId) => this.producers.lastBatchOf(producerId),
    });
    this.#first = 0;
    this.#batches = live.flatMap((batch, index) => {
      const kept = compacted[index];
      if (kept !== undefined && !(kept instanceof Uint8Array)) return [kept];
      freedBytes += freedBy(batch);
      if (kept === undefined) return [];
      const header = readBatchHeader(kept);
      const { maxTimestamp } = header;
      const rewritten = { ...batch, header, bytes: kept, maxTimestamp, frame: undefined };
      freedBytes -= heldBytesOf(rewritten);
      return [rewritten];
    });
    let nextHorizon: bigint | undefined;
    for (const { header } of this.#batches) {
      const { hasDeleteHorizon, baseTimestamp } = header;
      if (hasDeleteHorizon && !(nextHorizon !== undefined && nextHorizon <= baseTimestamp)) {
        nextHorizon = baseTimestamp;
      }
    }
    this.#hasHoles ||= this.#batches.length < live.length;
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
    for (let index = this.#first; index < this.#batches.length; index++) {
      const batch = this.#batches[index];
      if (batch !== undefined) noteProducer(this.producers, batch);
    }
  }

  #indexOf(offset: bigint): number {
    let low = this.#first;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#batches[middle]?.lastOffset ?? 0n) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #firstRecord(batch: StoredBatch, fits: (timestamp: bigint) => boolean): TimestampHit | undefined {
    const leaderEpoch = batch.header.partitionLeaderEpoch;
    const decoded = decodeBatch({ header: batch.header, bytes: batch.bytes }, { verifyCrc: false });
    if (!decoded.ok) {
      // A batch damaged on purpose has only its header to go by.
      return { offset: batch.baseOffset, timestamp: batch.maxTimestamp, leaderEpoch };
    }
    for (const { offset, timestamp } of decoded.value.records) {
      if (offset >= this.#logStartOffset && fits(timestamp)) return { offset, timestamp, leaderEpoch };
    }
    return undefined;
  }
}

/** The control batch that a marker is, ready to be appended. */
export function markerBatch(marker: TransactionMarker, timestamp: bigint): Uint8Array {
  const { producerId, producerEpoch, coordinatorEpoch, how } = marker;
  return encodeBatch({
    baseOffset: 0n,
    records: [{ timestamp, ...endTransactionMarker(how, coordinatorEpoch) }],
    producerId,
    producerEpoch,
    transactional: true,
    control: true,
  });
}

function noteProducer(producers: ProducerStates, { header, bytes }: StoredBatch): void {
  if (!header.isControl) {
    producers.appended(header);
    return;
  }
  const decoded = decodeBatch({ header, bytes }, { verifyCrc: false });
  const [record] = decoded.ok ? decoded.value.records : [];
  const marker = record && decodeControlRecord(record);
  if (marker?.type !== "commit" && marker?.type !== "abort") return;
  producers.markerAppended(header, { how: marker.type, coordinatorEpoch: marker.coordinatorEpoch ?? 0 });
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
