import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";

/** A record that was delivered and is still kept. */
export interface KeptRecord {
  /** Grows with each delivery, over all sessions. */
  readonly recordId: number;
  readonly record: ConsumedRecord;
  readonly sizeInBytes: number;
}

/** What is kept of one session: a sum over its own records. */
export interface KeptTotals {
  readonly records: number;
  readonly bytes: number;
  /** Let go to stay below the cap. */
  readonly dropped: number;
}

/** What the objects around a record's bytes cost, about. */
const overheadBytes = 200;

/**
 * Delivered records, kept for the Records panel up to a number of bytes, all sessions together. The oldest go first,
 * counted, whosever they are.
 */
export class RecordStore {
  readonly #sessions = new Map<string, SessionRecords>();
  #maxBytes: number;
  #bytes = 0;
  #nextId = 1;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  setMaxBytes(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#shrinkTo(maxBytes);
  }

  /** Lets go the older half, when memory is short; returns how many records that were. */
  shed(): number {
    return this.#shrinkTo(this.#bytes / 2);
  }

  add(sessionId: string, records: readonly ConsumedRecord[]): void {
    let kept = this.#sessions.get(sessionId);
    if (!kept) {
      kept = new SessionRecords();
      this.#sessions.set(sessionId, kept);
    }
    for (const record of records) {
      const sizeInBytes = (record.key?.length ?? 0) + (record.value?.length ?? 0) + overheadBytes;
      kept.push({ recordId: this.#nextId++, record, sizeInBytes });
      this.#bytes += sizeInBytes;
    }
    this.#shrinkTo(this.#maxBytes);
  }

  /** In order of delivery. */
  list(sessionId: string): readonly KeptRecord[] {
    return this.#sessions.get(sessionId)?.list() ?? [];
  }

  find(sessionId: string, recordId: number): KeptRecord | undefined {
    return this.#sessions.get(sessionId)?.find(recordId);
  }

  totals(sessionId: string): KeptTotals {
    return this.#sessions.get(sessionId)?.totals ?? { records: 0, bytes: 0, dropped: 0 };
  }

  /** Grows whenever what is kept of the session changes. */
  version(sessionId: string): number {
    return this.#sessions.get(sessionId)?.version ?? 0;
  }

  /** Forgets the records, not the session: on the user's word. */
  clear(sessionId: string): void {
    const kept = this.#sessions.get(sessionId);
    if (kept) this.#bytes -= kept.clear();
  }

  #shrinkTo(maxBytes: number): number {
    let dropped = 0;
    while (this.#bytes > maxBytes) {
      const oldest = this.#withOldest();
      if (!oldest) break;
      this.#bytes -= oldest.dropOldest();
      dropped++;
    }
    return dropped;
  }

  #withOldest(): SessionRecords | undefined {
    let oldest: SessionRecords | undefined;
    for (const records of this.#sessions.values()) {
      if (
        records.oldestId !== undefined &&
        records.oldestId < (oldest?.oldestId ?? Number.POSITIVE_INFINITY)
      ) {
        oldest = records;
      }
    }
    return oldest;
  }
}

/** A queue that is cheap to shorten at its front. */
class SessionRecords {
  #records: KeptRecord[] = [];
  #head = 0;
  #bytes = 0;
  #dropped = 0;
  version = 0;

  get oldestId(): number | undefined {
    return this.#records[this.#head]?.recordId;
  }

  get totals(): KeptTotals {
    return { records: this.#records.length - this.#head, bytes: this.#bytes, dropped: this.#dropped };
  }

  push(record: KeptRecord): void {
    this.#records.push(record);
    this.#bytes += record.sizeInBytes;
    this.version++;
  }

  dropOldest(): number {
    const sizeInBytes = this.#records[this.#head]?.sizeInBytes ?? 0;
    this.#head++;
    this.#dropped++;
    this.#bytes -= sizeInBytes;
    this.version++;
    if (this.#head > 1_024 && this.#head * 2 > this.#records.length) this.#compact();
    return sizeInBytes;
  }

  clear(): number {
    const bytes = this.#bytes;
    this.#records = [];
    this.#head = 0;
    this.#bytes = 0;
    this.version++;
    return bytes;
  }

  list(): readonly KeptRecord[] {
    this.#compact();
    return this.#records;
  }

  /** Ids only grow, so the place can be searched by halves. */
  find(recordId: number): KeptRecord | undefined {
    let low = this.#head;
    let high = this.#records.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#records[middle];
      if (!found || found.recordId === recordId) return found;
      if (found.recordId < recordId) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  #compact(): void {
    if (this.#head === 0) return;
    this.#records = this.#records.slice(this.#head);
    this.#head = 0;
  }
}
