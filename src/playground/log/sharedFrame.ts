/** Told how much more memory is held, or less where that is negative. */
export interface HoldingLedger {
  held(bytes: number): void;
}

/**
 * The memory of a request whose batches stay in it, in one log or several. It is held as a whole until the last of them is
 * gone, and counts as that long.
 */
export class SharedFrame {
  readonly #bytes: number;
  readonly #ledger: HoldingLedger | undefined;
  #batches = 0;

  constructor(bytes: number, ledger?: HoldingLedger) {
    this.#bytes = bytes;
    this.#ledger = ledger;
  }

  /** One batch more stays in it; gives how much memory that holds. */
  take(): number {
    if (this.#batches++ > 0) return 0;
    this.#ledger?.held(this.#bytes);
    return this.#bytes;
  }

  /** One of its batches is gone; gives how much memory that frees. */
  release(): number {
    if (--this.#batches > 0) return 0;
    this.#ledger?.held(-this.#bytes);
    return this.#bytes;
  }
}
