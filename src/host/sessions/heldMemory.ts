/** Memory that somebody's views keep from being freed: each piece counts once, however many hold it. */
export class HeldMemory {
  /** How many hold each. */
  readonly #holders = new Map<ArrayBufferLike, number>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  hold(memory: ArrayBufferLike): void {
    const holders = this.#holders.get(memory) ?? 0;
    this.#holders.set(memory, holders + 1);
    if (holders === 0) this.#bytes += memory.byteLength;
  }

  /** Once for each `hold`. */
  release(memory: ArrayBufferLike): void {
    const holders = this.#holders.get(memory) ?? 0;
    if (holders > 1) this.#holders.set(memory, holders - 1);
    else if (this.#holders.delete(memory)) this.#bytes -= memory.byteLength;
  }

  clear(): void {
    this.#holders.clear();
    this.#bytes = 0;
  }
}
