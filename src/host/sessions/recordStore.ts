import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import { type KeptRecord, type KeptTotals, type RecordFilter, SessionRecords } from "./sessionRecords.ts";

/**
 * Delivered records, kept for the Records panel up to a number of bytes, all sessions together. The oldest go first,
 * counted, whosever they are.
 *
 * At full speed every record passes through here, so none becomes an object that stays: what follows each other in a
 * batch is kept as one run of it. Objects that outlive a few collections are what garbage collection costs, and its
 * helper threads are the process's, which are the extension host's as well.
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
    this.#bytes += kept.add(records, this.#nextId);
    this.#nextId += records.length;
    this.#shrinkTo(this.#maxBytes);
  }

  /** In order of delivery, `count` from place `fromIndex` on; with a filter, of those that pass it. */
  slice(
    sessionId: string,
    places: { readonly fromIndex: number; readonly count: number },
    filter?: RecordFilter,
  ): readonly KeptRecord[] {
    return this.#sessions.get(sessionId)?.slice(places, filter) ?? [];
  }

  /** How many are kept; with a filter, of those that pass it. */
  count(sessionId: string, filter?: RecordFilter): number {
    return this.#sessions.get(sessionId)?.count(filter) ?? 0;
  }

  /** How many are kept of each partition, those of a topic next to each other and in order. */
  countByPartition(
    sessionId: string,
  ): readonly { readonly topic: string; readonly partition: number; readonly records: number }[] {
    return this.#sessions.get(sessionId)?.countByPartition() ?? [];
  }

  find(sessionId: string, recordId: number): KeptRecord | undefined {
    return this.#sessions.get(sessionId)?.find(recordId);
  }

  /** The place of the first record that has this id or a higher one, of those that pass the filter. */
  indexOf(sessionId: string, recordId: number, filter?: RecordFilter): number {
    return this.#sessions.get(sessionId)?.indexOf(recordId, filter) ?? 0;
  }

  totals(sessionId: string): KeptTotals {
    return this.#sessions.get(sessionId)?.totals ?? { records: 0, bytes: 0, dropped: 0 };
  }

  /** Forgets the records, not the session: on the user's word. */
  clear(sessionId: string): void {
    const kept = this.#sessions.get(sessionId);
    if (kept) this.#bytes -= kept.clear();
  }

  #shrinkTo(maxBytes: number): number {
    let dropped = 0;
    while (this.#bytes > maxBytes) {
      const oldest = this.#withOldest()?.dropOldest();
      if (!oldest) break;
      this.#bytes -= oldest.bytes;
      dropped += oldest.records;
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
