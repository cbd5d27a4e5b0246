/** Raw bytes by id, such as those of a corrupt batch: kept up to a number of bytes, the oldest go first. */
export class BytesStore {
  readonly #kept = new Map<string, Uint8Array>();
  readonly #maxBytes: number;
  #bytes = 0;
  #nextId = 1;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Keeps a copy, as the original is a view into a frame. */
  add(bytes: Uint8Array): string {
    const id = `bytes-${this.#nextId++}`;
    this.#kept.set(id, bytes.slice());
    this.#bytes += bytes.length;
    this.#shrinkTo(this.#maxBytes);
    return id;
  }

  get(id: string): Uint8Array | undefined {
    return this.#kept.get(id);
  }

  /** Lets go the older half, when memory is short; returns how many bytes that were. */
  shed(): number {
    const before = this.#bytes;
    this.#shrinkTo(before / 2);
    return before - this.#bytes;
  }

  #shrinkTo(maxBytes: number): void {
    for (const [id, bytes] of this.#kept) {
      if (this.#bytes <= maxBytes) return;
      this.#kept.delete(id);
      this.#bytes -= bytes.length;
    }
  }
}
