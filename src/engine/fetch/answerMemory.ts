/** Smaller ones are not worth the trouble, and may be a part of memory that others use. */
const worthFreeingBytes = 64 * 1024;

/**
 * The memory of one answer. Its batches wait in the buffer for longer than a young object lives, and what has grown old
 * is freed only when V8 collects everything: at full speed tens of megabytes of answers that nobody needs would stay
 * until then. So it is given back as soon as its last batch was opened or dropped.
 */
export class AnswerMemory {
  readonly #buffer: ArrayBufferLike;
  /** Whoever takes the answer in, and each closed batch in the buffer. */
  #holders = 1;
  #isKept = false;

  constructor(buffer: ArrayBufferLike) {
    this.#buffer = buffer;
  }

  /** What all records of an answer lie in; undefined when there are none, or not in one place. Empty ones lie nowhere. */
  static of(records: readonly (Uint8Array | null)[]): AnswerMemory | undefined {
    const [first, ...others] = records.flatMap((each) => (each && each.byteLength > 0 ? each.buffer : []));
    return first && others.every((other) => other === first) ? new AnswerMemory(first) : undefined;
  }

  /** Whether views of these bytes are views into it. */
  isOf({ buffer }: { readonly buffer: ArrayBufferLike }): boolean {
    return buffer === this.#buffer;
  }

  hold(): void {
    this.#holders++;
  }

  /** Whoever held it needs it no longer: the last one frees it, and all views into it are empty from then on. */
  release(): void {
    this.#holders--;
    if (this.#holders > 0 || this.#isKept || this.#buffer.byteLength < worthFreeingBytes) return;
    if (this.#buffer instanceof ArrayBuffer) this.#buffer.transfer(0);
  }

  /** Views into it were given out, of records or of damaged bytes: only the collector knows how long they are needed. */
  keep(): void {
    this.#isKept = true;
  }
}
