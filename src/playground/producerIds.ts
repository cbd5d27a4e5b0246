/** How many ids are set aside at once: so many may be lost when it ends, and none is given away twice. */
const blockSize = 1_000n;

/** The ids of producers, each given away once, also over a restart. */
export class ProducerIds {
  #next = 0n;
  #reservedBefore = 0n;
  #reserve: (before: bigint) => void = () => {};

  next(): bigint {
    const id = this.#next++;
    if (this.#next > this.#reservedBefore) {
      this.#reservedBefore = id + blockSize;
      this.#reserve(this.#reservedBefore);
    }
    return id;
  }

  /** Goes on behind those that may be taken, and tells from then on which may be. */
  restore(before: bigint, reserve: (before: bigint) => void): void {
    this.#next = before;
    this.#reservedBefore = before;
    this.#reserve = reserve;
  }
}
