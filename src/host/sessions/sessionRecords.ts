import { compareTopicPartitions, TopicPartitionMap } from "#base/topicPartition.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import { HeldMemory } from "./heldMemory.ts";

/** A record that was delivered and is still kept. */
export interface KeptRecord {
  /** Grows with each delivery, over all sessions. */
  readonly recordId: number;
  readonly record: ConsumedRecord;
}

/** What is kept of one session: a sum over its own records. */
export interface KeptTotals {
  readonly records: number;
  readonly bytes: number;
  /** Let go to stay below the cap. */
  readonly dropped: number;
}

/** Which records are asked for: of one topic, or of one of its partitions. */
export interface RecordFilter {
  readonly topic: string;
  readonly partition?: number | undefined;
}

/** Records that follow each other in one batch. Their ids do as well. */
interface Run {
  readonly firstId: number;
  first: ConsumedRecord;
  last: ConsumedRecord;
  records: number;
  bytes: number;
  /** What it keeps from being freed: its batch, or its whole response; undefined when it was copied out. */
  memory: ArrayBufferLike | undefined;
}

/** The notes of where the fields of a record stand. */
const recordOverheadBytes = 16;
/** What the objects of a batch take, of which a run keeps most alive. */
const runOverheadBytes = 600;
/** A longer run is kept as several, as a run is let go as a whole. */
const longestRunBytes = 65_536;
/** So much memory may be held beyond twice of what is kept in it. */
const spareMemoryBytes = 16 * 1024 * 1024;

/**
 * The kept records of one session, oldest first: a queue of runs that is cheap to shorten at its front.
 *
 * A record keeps all of its batch in memory, and uncompressed the whole response: a few kept ones of many responses
 * would take gigabytes that nobody counts. When that is much more than what is kept, the oldest runs are copied out.
 */
export class SessionRecords {
  #runs: Run[] = [];
  #head = 0;
  #records = 0;
  #bytes = 0;
  #dropped = 0;
  readonly #held = new HeldMemory();
  /** Every run before this place was copied out. */
  #copiedTo = 0;

  get oldestId(): number | undefined {
    return this.#runs[this.#head]?.firstId;
  }

  get totals(): KeptTotals {
    return { records: this.#records, bytes: this.#bytes, dropped: this.#dropped };
  }

  /** Takes what was delivered; gives the bytes that it takes. */
  add(records: readonly ConsumedRecord[], firstId: number): number {
    const before = this.#bytes;
    let run = this.#head < this.#runs.length ? this.#runs.at(-1) : undefined;
    let recordId = firstId;
    for (const record of records) {
      const bytes = record.sizeInBytes + recordOverheadBytes;
      if (run && follows(run, record, recordId) && run.bytes + bytes <= longestRunBytes) {
        run.last = record;
        run.records++;
        run.bytes += bytes;
        this.#bytes += bytes;
      } else {
        const { memory } = record;
        run = {
          firstId: recordId,
          first: record,
          last: record,
          records: 1,
          bytes: bytes + runOverheadBytes,
          memory,
        };
        this.#runs.push(run);
        this.#bytes += run.bytes;
        this.#held.hold(memory);
      }
      recordId++;
    }
    this.#records += records.length;
    this.#copyOut();
    return this.#bytes - before;
  }

  /** Lets the oldest run go; undefined when nothing is kept. */
  dropOldest(): { readonly records: number; readonly bytes: number } | undefined {
    const run = this.#runs[this.#head];
    if (!run) return undefined;
    this.#head++;
    this.#release(run);
    this.#records -= run.records;
    this.#bytes -= run.bytes;
    this.#dropped += run.records;
    if (this.#head * 2 > this.#runs.length) {
      this.#runs = this.#runs.slice(this.#head);
      this.#copiedTo = Math.max(0, this.#copiedTo - this.#head);
      this.#head = 0;
    }
    return run;
  }

  /** Forgets everything; gives the bytes that it took. */
  clear(): number {
    const bytes = this.#bytes;
    this.#runs = [];
    this.#held.clear();
    this.#copiedTo = 0;
    this.#head = 0;
    this.#records = 0;
    this.#bytes = 0;
    return bytes;
  }

  slice(
    { fromIndex, count }: { readonly fromIndex: number; readonly count: number },
    filter?: RecordFilter,
  ): readonly KeptRecord[] {
    const kept: KeptRecord[] = [];
    let skip = fromIndex;
    for (let at = this.#head; at < this.#runs.length && kept.length < count; at++) {
      const run = this.#runs[at];
      if (!run || !passes(run, filter)) continue;
      const end = Math.min(run.records, skip + count - kept.length);
      for (let place = skip; place < end; place++) kept.push(recordOf(run, place));
      skip = Math.max(0, skip - run.records);
    }
    return kept;
  }

  count(filter?: RecordFilter): number {
    if (filter === undefined) return this.#records;
    let count = 0;
    for (let at = this.#head; at < this.#runs.length; at++) {
      const run = this.#runs[at];
      if (run && passes(run, filter)) count += run.records;
    }
    return count;
  }

  countByPartition() {
    const counts = new TopicPartitionMap<number>();
    for (let at = this.#head; at < this.#runs.length; at++) {
      const run = this.#runs[at];
      if (run) counts.set(run.first, (counts.get(run.first) ?? 0) + run.records);
    }
    return Array.from(counts.entries(), ([key, records]) => ({ ...key, records })).toSorted(
      compareTopicPartitions,
    );
  }

  /** The place of the first record that has this id or a higher one. */
  indexOf(recordId: number, filter?: RecordFilter): number {
    let index = 0;
    for (let at = this.#head; at < this.#runs.length; at++) {
      const run = this.#runs[at];
      if (!run || !passes(run, filter)) continue;
      if (recordId < run.firstId + run.records) return index + Math.max(0, recordId - run.firstId);
      index += run.records;
    }
    return index;
  }

  /** Ids only grow, so the run can be searched by halves. */
  find(recordId: number): KeptRecord | undefined {
    let low = this.#head;
    let high = this.#runs.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const run = this.#runs[middle];
      if (!run) return undefined;
      const place = recordId - run.firstId;
      if (place >= 0 && place < run.records) return recordOf(run, place);
      if (place >= 0) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  #release(run: Run): void {
    if (run.memory !== undefined) this.#held.release(run.memory);
    run.memory = undefined;
  }

  /** Not the last run, which may still grow. */
  #copyOut(): void {
    const mostBytes = 2 * this.#bytes + spareMemoryBytes;
    let at = Math.max(this.#head, this.#copiedTo);
    for (; this.#held.bytes > mostBytes && at < this.#runs.length - 1; at++) {
      const run = this.#runs[at];
      if (!run) break;
      run.first = run.first.copied(run.records);
      run.last = run.first.after(run.records - 1);
      this.#release(run);
    }
    this.#copiedTo = at;
  }
}

function follows(run: Run, record: ConsumedRecord, recordId: number): boolean {
  return run.firstId + run.records === recordId && record.isNextOf(run.last);
}

function passes({ first }: Run, filter: RecordFilter | undefined): boolean {
  if (filter === undefined) return true;
  const { topic, partition } = filter;
  return first.topic === topic && (partition === undefined || first.partition === partition);
}

function recordOf(run: Run, place: number): KeptRecord {
  return { recordId: run.firstId + place, record: run.first.after(place) };
}
