/** Offsets from 0 that have some property; remembers from where on it is no longer without gaps. */
export class OffsetSet {
  #marks = new Uint8Array(64);
  #solidUpTo = 0;

  add(offset: bigint): void {
    const index = Number(offset);
    if (index >= this.#marks.length) {
      const grown = new Uint8Array(Math.max(index + 1, this.#marks.length * 2));
      grown.set(this.#marks);
      this.#marks = grown;
    }
    this.#marks[index] = 1;
    while (this.#marks[this.#solidUpTo] === 1) this.#solidUpTo++;
  }

  addRange(from: bigint, to: bigint): void {
    for (let offset = from; offset < to; offset++) this.add(offset);
  }

  has(offset: bigint): boolean {
    return this.#marks[Number(offset)] === 1;
  }

  /** Nothing from `offset` on has the property any more. */
  removeFrom(offset: bigint): void {
    this.#marks.fill(0, Number(offset));
    this.#solidUpTo = Math.min(this.#solidUpTo, Number(offset));
  }

  /** The first offset from `from` on that is missing. */
  firstMissing(from: bigint): bigint {
    let index = Math.max(Number(from), this.#solidUpTo);
    while (this.#marks[index] === 1) index++;
    return BigInt(index);
  }
}
