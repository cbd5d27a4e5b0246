import { ByteParts } from "#base/byteParts.ts";
import { freedBy, heldBytesOf, overheadBytes } from "./heldBytes.ts";
import { StoredBatch } from "./storedBatch.ts";

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

const noBytes = new Uint8Array(0);

/** The batches that a log holds, in the order of their offsets, which may have holes. */
export class LogBatches {
  #batches: StoredBatch[] = [];
  /** Those before it are dropped; their places are cleared up later, many at a time. */
  #first = 0;

  /** The oldest first. */
  get all(): readonly StoredBatch[] {
    return this.#batches.slice(this.#first);
  }

  get count(): number {
    return this.#batches.length - this.#first;
  }

  /** One of them, counted from the oldest. */
  at(place: number): StoredBatch | undefined {
    return this.#batches[this.#first + place];
  }

  get oldest(): StoredBatch | undefined {
    return this.#batches[this.#first];
  }

  get newest(): StoredBatch | undefined {
    return this.count === 0 ? undefined : this.#batches.at(-1);
  }

  /** The greatest timestamp of all there were; -1 when there was none, or it is not known any more. */
  get newestTimestamp(): bigint {
    return this.#batches.at(-1)?.newestSoFar ?? -1n;
  }

  /** Bytes held, with what each batch costs beside them. */
  get heldBytes(): number {
    return this.#sum(heldBytesOf);
  }

  /** Bytes of the batches themselves. */
  get storedBytes(): number {
    return this.heldBytes - this.count * overheadBytes;
  }

  push(batch: StoredBatch): void {
    this.#batches.push(batch);
  }

  /** Other batches take the place of all. */
  replaceAll(batches: readonly StoredBatch[]): void {
    this.#batches = [...batches];
    this.#first = 0;
  }

  /** Gives up those that reach past an offset; says how much memory that freed. */
  cutAt(offset: bigint): number {
    let freed = 0;
    for (let last = this.newest; last && last.lastOffset >= offset; last = this.newest) {
      this.#batches.pop();
      freed += freedBy(last);
    }
    return freed;
  }

  /** Gives up the oldest; undefined when there is none. */
  dropOldest(): { readonly batch: StoredBatch; readonly freedBytes: number } | undefined {
    const batch = this.oldest;
    if (batch === undefined) return undefined;
    // The bytes, which the memory's bound is about, go at once.
    const { baseOffset, lastOffset, maxTimestamp, newestSoFar } = batch;
    this.#batches[this.#first++] = new StoredBatch({
      ...{ baseOffset, lastOffset, maxTimestamp, newestSoFar },
      bytes: noBytes,
    });
    if (this.#first > 1024 && this.#first * 2 > this.#batches.length) this.replaceAll(this.all);
    return { batch, freedBytes: freedBy(batch) };
  }

  /** All are given up with their log. Says how much memory that freed. To be called once. */
  free(): number {
    return this.#sum(freedBy);
  }

  /** Whole batches from the one that holds `offset` on, up to `maxBytes`. */
  read(offset: bigint, limits: ReadLimits & { readonly endOffset: bigint }): ReadResult {
    const { maxBytes, firstAnyway, endOffset } = limits;
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

  /** The batches from the first one on that has a record at or after a time, or none of which has. */
  *fromTimestamp(timestamp: bigint): Generator<StoredBatch> {
    const from = this.#firstIndex(({ newestSoFar }) => newestSoFar >= timestamp);
    for (let index = from; index < this.#batches.length; index++) {
      const batch = this.#batches[index];
      // The bound may stem from a batch that is no longer held, so the batches themselves have the last word.
      if (batch !== undefined && batch.maxTimestamp >= timestamp) yield batch;
    }
  }

  #indexOf(offset: bigint): number {
    return this.#firstIndex(({ lastOffset }) => lastOffset >= offset);
  }

  /** Of a property that all have behind the first one that has it. */
  #firstIndex(has: (batch: StoredBatch) => boolean): number {
    let low = this.#first;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const batch = this.#batches[middle];
      if (batch === undefined || has(batch)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #sum(of: (batch: StoredBatch) => number): number {
    let total = 0;
    for (let index = this.#first; index < this.#batches.length; index++) {
      const batch = this.#batches[index];
      if (batch) total += of(batch);
    }
    return total;
  }
}
