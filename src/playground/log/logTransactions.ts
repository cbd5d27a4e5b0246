/** A transaction that was aborted here, as Fetch tells consumers that read committed only. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

interface AbortedEntry extends AbortedTransaction {
  /** The offset of its marker. */
  readonly lastOffset: bigint;
  /** Where everything was decided once it had ended: bounds how far a search must go. */
  readonly lastStableOffset: bigint;
}

/**
 * The transactions of one partition (KIP-98): those without a marker hold back the last stable offset, those that were
 * aborted are listed for consumers that leave their records out.
 */
export class LogTransactions {
  /** First offsets by producer, in the order of the offsets. */
  readonly #ongoing = new Map<bigint, bigint>();
  /** In the order of the markers. */
  #aborted: AbortedEntry[] = [];

  began(producerId: bigint, firstOffset: bigint): void {
    this.#ongoing.set(producerId, firstOffset);
  }

  ended(producerId: bigint, how: { readonly markerOffset: bigint; readonly isAborted: boolean }): void {
    const firstOffset = this.#ongoing.get(producerId);
    if (firstOffset === undefined) return;
    this.#ongoing.delete(producerId);
    if (!how.isAborted) return;
    const lastStableOffset = this.firstUnstableOffset ?? how.markerOffset + 1n;
    this.#aborted.push({ producerId, firstOffset, lastOffset: how.markerOffset, lastStableOffset });
  }

  /** The first offset that is not decided yet. */
  get firstUnstableOffset(): bigint | undefined {
    const [oldest] = this.#ongoing.values();
    return oldest;
  }

  /** The aborted transactions that reach into these offsets; `to` is not included. */
  abortedBetween(from: bigint, to: bigint): readonly AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (let index = this.#firstEndingAt(from); index < this.#aborted.length; index++) {
      const entry = this.#aborted[index];
      if (entry === undefined) break;
      const { producerId, firstOffset } = entry;
      if (firstOffset < to) found.push({ producerId, firstOffset });
      if (entry.lastStableOffset >= to) break;
    }
    return found;
  }

  /** Forgets what only deleted records needed. */
  startMoved(logStartOffset: bigint): void {
    const kept = this.#firstEndingAt(logStartOffset);
    if (kept > 0) this.#aborted = this.#aborted.slice(kept);
  }

  #firstEndingAt(offset: bigint): number {
    let low = 0;
    let high = this.#aborted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#aborted[middle]?.lastOffset ?? 0n) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
