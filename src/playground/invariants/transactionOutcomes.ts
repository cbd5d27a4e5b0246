import { decodeBatch } from "#protocol/records/batchReader.ts";
import { decodeControlRecord } from "#protocol/records/controlRecord.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import type { StoredBatch } from "../log/storedBatch.ts";
import { placeOf } from "./placeOf.ts";

interface AbortedRange {
  readonly firstOffset: bigint;
  readonly markerOffset: bigint;
}

/** So many transactions are aborted at the least before those are looked for whose records are gone. */
const leastUntilSweep = 1_000;

/**
 * How the transactions of one log ended, read from its markers alone: what LogTransactions says of the same log is
 * held to it. Each batch is looked at once, when somebody first reads that far.
 */
export class TransactionOutcomes {
  readonly #log: PartitionLog;
  /** First offsets of those without a marker, by producer. */
  readonly #open = new Map<bigint, bigint>();
  /** By producer, in the order of the markers; of one producer no two overlap. */
  readonly #aborted = new Map<bigint, AbortedRange[]>();
  #readTo = 0n;
  #untilSweep = leastUntilSweep;

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
    const range = ranges[firstEndingAfter(ranges, baseOffset)];
    return range !== undefined && range.firstOffset <= baseOffset;
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
    const ranges = this.#aborted.get(producerId);
    if (ranges) ranges.push({ firstOffset, markerOffset: baseOffset });
    else this.#aborted.set(producerId, [{ firstOffset, markerOffset: baseOffset }]);
    if (--this.#untilSweep === 0) this.#sweep();
  }

  /** Forgets what only deleted records needed: all are looked at, so no sooner than as many more have come. */
  #sweep(): void {
    let kept = 0;
    for (const [producerId, ranges] of this.#aborted) {
      ranges.splice(0, firstEndingAfter(ranges, this.#log.logStartOffset - 1n));
      if (ranges.length === 0) this.#aborted.delete(producerId);
      kept += ranges.length;
    }
    this.#untilSweep = Math.max(leastUntilSweep, kept);
  }

  #forget(): void {
    this.#open.clear();
    this.#aborted.clear();
    this.#readTo = 0n;
  }
}

/** Where the first range stands whose marker lies behind an offset; behind them all when none does. */
function firstEndingAfter(ranges: readonly AbortedRange[], offset: bigint): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.markerOffset ?? 0n) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
