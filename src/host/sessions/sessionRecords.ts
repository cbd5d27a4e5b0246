import { compareTopicPartitions, TopicPartitionMap } from "#base/topicPartition.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";

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
}

/** The notes of where the fields of a record stand. */
const recordOverheadBytes = 16;
/** What the objects of a batch take, of which a run keeps most alive. */
const runOverheadBytes = 600;
/** A longer run is kept as several, as a run is let go as a whole. */
const longestRunBytes = 65_536;

/** Records that take less of the memory behind them are copied out of it. */
const leastShareOfMemory = 0.5;

/**
 * The kept records of one session, oldest first: a queue of runs that is cheap to shorten at its front.
 *
 * A record keeps all of its batch in memory, and uncompressed the whole response: a few kept ones of many responses would
 * take gigabytes that nobody counts. So when delivery goes on to other memory, what was kept of the former stays as
 * it is if that is most of it, and is copied otherwise.
 */
export class SessionRecords {
  #runs: Run[] = [];
  #head = 0;
  #records = 0;
  #bytes = 0;
  #dropped = 0;
  /** The id of the first record that was kept of the memory that is delivered from now. */
  #memoryFromId = 0;

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
        if (run && !record.sharesMemoryWith(run.last)) {
          this.#leaveMemory();
          this.#memoryFromId = recordId;
        }
        run = { firstId: recordId, first: record, last: record, records: 1, bytes: bytes + runOverheadBytes };
        this.#runs.push(run);
        this.#bytes += run.bytes;
      }
      recordId++;
    }
    this.#records += records.length;
    return this.#bytes - before;
  }

  #leaveMemory(): void {
    const runs: Run[] = [];
    for (let at = this.#runs.length - 1; at >= this.#head; at--) {
      const run = this.#runs[at];
      if (!run || run.firstId < this.#memoryFromId) break;
      runs.push(run);
    }
    const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
    const held = runs[0]?.first.heldBytes ?? 0;
    if (bytes >= held * leastShareOfMemory) return;
    for (const run of runs) {
      run.first = run.first.copied(run.records);
      run.last = run.first.after(run.records - 1);
    }
  }

  /** Lets the oldest run go; undefined when nothing is kept. */
  dropOldest(): { readonly records: number; readonly bytes: number } | undefined {
    const run = this.#runs[this.#head];
    if (!run) return undefined;
    this.#head++;
    this.#records -= run.records;
    this.#bytes -= run.bytes;
    this.#dropped += run.records;
    if (this.#head * 2 > this.#runs.length) {
      this.#runs = this.#runs.slice(this.#head);
      this.#head = 0;
    }
    return run;
  }

  /** Forgets everything; gives the bytes that it took. */
  clear(): number {
    const bytes = this.#bytes;
    this.#runs = [];
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
