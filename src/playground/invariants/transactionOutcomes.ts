import { decodeBatch } from "#protocol/records/batchReader.ts";
import { decodeControlRecord } from "#protocol/records/controlRecord.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import type { StoredBatch } from "../log/storedBatch.ts";
import { placeOf } from "./placeOf.ts";

interface AbortedRange {
  readonly firstOffset: bigint;
  readonly markerOffset: bigint;
}

/**
 * How the transactions of one log ended, read from its markers alone: what LogTransactions says of the same log is
 * held to it. Each batch is looked at once, when somebody first reads that far.
 */
export class TransactionOutcomes {
  readonly #log: PartitionLog;
  /** First offsets of those without a marker, by producer. */
  readonly #open = new Map<bigint, bigint>();
  /** By producer, in the order of the markers. */
  readonly #aborted = new Map<bigint, AbortedRange[]>();
  #readTo = 0n;

  constructor(log: PartitionLog) {
    this.#log = log;
    // What was read of a log that is cut off may be written anew. The log lets go of its listeners when it ends.
    log.onChanged(({ type }) => type === "truncated" && this.#forget());
  }

  /** Where the first transaction begins that has no marker: nobody who reads committed gets further. */
  get firstOpenOffset(): bigint | undefined {
    this.#readOn();
    const [oldest] = this.#open.values();
    return oldest;
  }

  /** Whether the records of a transactional batch were aborted. */
  isAborted({ header: { producerId, baseOffset } }: StoredBatch): boolean {
    this.#readOn();
    const ranges = this.#aborted.get(producerId) ?? [];
    return ranges.some((range) => range.firstOffset <= baseOffset && baseOffset < range.markerOffset);
  }

  #readOn(): void {
    if (this.#readTo >= this.#log.logEndOffset) return;
    const from = placeOf(this.#log, this.#readTo);
    for (let place = from, batch = this.#log.batchAt(place); batch; batch = this.#log.batchAt(++place)) {
      this.#note(batch);
    }
    this.#readTo = this.#log.logEndOffset;
  }

  #note({ header, bytes }: StoredBatch): void {
    // Compaction may leave an empty batch, for its sequence, and take its marker away.
    if (!header.isTransactional || header.recordCount === 0) return;
    const { producerId, baseOffset } = header;
    if (!header.isControl) {
      if (!this.#open.has(producerId)) this.#open.set(producerId, baseOffset);
      return;
    }
    const firstOffset = this.#open.get(producerId);
    if (!this.#open.delete(producerId) || firstOffset === undefined) return;
    const decoded = decodeBatch({ header, bytes }, { verifyCrc: false });
    const [marker] = decoded.ok ? decoded.value.records : [];
    if (marker === undefined || decodeControlRecord(marker).type !== "abort") return;
    const kept = this.#aborted
      .get(producerId)
      ?.filter((each) => each.markerOffset >= this.#log.logStartOffset);
    this.#aborted.set(producerId, [...(kept ?? []), { firstOffset, markerOffset: baseOffset }]);
  }

  #forget(): void {
    this.#open.clear();
    this.#aborted.clear();
    this.#readTo = 0n;
  }
}
