import type { BufferCounts } from "./batchQueue.ts";

/** Limits of what may be buffered. */
export interface BufferLimits {
  readonly maxBufferedRecords: number;
  readonly maxBufferedBytes: number;
}

/** Who asks for room: what it has, what all have, and how many share the buffer. */
export interface Claim {
  readonly own: BufferCounts;
  readonly all: BufferCounts;
  readonly partitions: number;
}

const leastBytes = 4_096;
/** So much of a share must be free before more is asked for: many small answers cost more than a few large ones. */
const worthAsking = 1 / 4;

/**
 * Back-pressure: what may still be fetched into the buffer. Half of it is open to everybody; the other half is
 * shared out evenly, so that partitions which are paused with a full buffer cannot starve the others. A partition
 * with nothing buffered may always fetch one batch, or a limit below the size of a batch would stop it for ever.
 *
 * Room is counted in records and in memory; what is asked for, as brokers count, in bytes on the wire.
 */
export class FetchBudget {
  readonly #limits: BufferLimits;
  /** Bytes of an average record on the wire, lately. Few at first, as compressed ones may have. */
  #wireBytes = 10;

  constructor(limits: BufferLimits) {
    this.#limits = limits;
  }

  /** True when one batch more of the partition may come in. */
  accepts(claim: Claim): boolean {
    return claim.own.batches === 0 || this.#isFree(claim, 0);
  }

  /** How many bytes the partition is to be asked for; undefined: none. */
  askOf(claim: Claim): number | undefined {
    if (claim.own.batches > 0 && !this.#isFree(claim, worthAsking)) return undefined;
    const { own, all, partitions } = claim;
    const { maxBufferedRecords, maxBufferedBytes } = this.#limits;
    const most = (limit: number, allHave: number, ownHas: number) =>
      Math.max(limit / 2 - allHave, ownShare(limit, partitions) - ownHas);
    const records = most(maxBufferedRecords, all.records, own.records);
    const bytes = this.#onWire(records, most(maxBufferedBytes, all.bytes, own.bytes));
    // Powers of two, or a fetch session would have to hear of every small change; what does not fit is asked for again.
    return 2 ** Math.floor(Math.log2(bytes));
  }

  /** How many bytes one request may bring, that asks for partitions which have `owns`. */
  requestBytes(owns: readonly BufferCounts[], { all, partitions }: Omit<Claim, "own">): number {
    const { maxBufferedRecords, maxBufferedBytes } = this.#limits;
    const most = (limit: number, allHave: number, ownsHave: readonly number[]) => {
      const share = ownShare(limit, partitions);
      const left = ownsHave.reduce((sum, ownHas) => sum + Math.max(0, share - ownHas), 0);
      return Math.max(limit / 2 - allHave, left);
    };
    const records = most(
      maxBufferedRecords,
      all.records,
      owns.map((own) => own.records),
    );
    const bytes = most(
      maxBufferedBytes,
      all.bytes,
      owns.map((own) => own.bytes),
    );
    return Math.ceil(this.#onWire(records, bytes));
  }

  /** Learns how large records are on the wire, so that no more is asked for than there is room for. */
  learn(records: number, wireBytes: number): void {
    if (records > 0) this.#wireBytes += (wireBytes / records - this.#wireBytes) * 0.2;
  }

  /** More than `part` of what is open to all, or of the partition's own share, is free, in records and in bytes. */
  #isFree({ own, all, partitions }: Claim, part: number): boolean {
    const { maxBufferedRecords, maxBufferedBytes } = this.#limits;
    const isFree = (limit: number, allHave: number, ownHas: number) => {
      const share = ownShare(limit, partitions);
      return limit / 2 - allHave > (limit / 2) * part || share - ownHas > share * part;
    };
    return (
      isFree(maxBufferedRecords, all.records, own.records) && isFree(maxBufferedBytes, all.bytes, own.bytes)
    );
  }

  #onWire(records: number, bytes: number): number {
    return Math.max(leastBytes, Math.min(bytes, records * this.#wireBytes));
  }
}

function ownShare(limit: number, partitions: number): number {
  return limit / (2 * Math.max(1, partitions));
}
