/**
 * The memory of a request whose batches stay in it, in one log or several. It is held as a whole until the last of them is
 * gone, and counts as that long.
 */
export class SharedFrame {
  readonly #bytes: number;
  #batches = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** One batch more stays in it; gives how much memory that holds. */
  take(): number {
    return this.#batches++ === 0 ? this.#bytes : 0;
  }

  /** One of its batches is gone; gives how much memory that frees. */
  release(): number {
    return --this.#batches === 0 ? this.#bytes : 0;
  }
}
