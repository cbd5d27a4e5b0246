import { corrupt } from "./compressionError.ts";

/** Reads a Zstandard bit stream from its end to its start, as entropy-coded data lies. */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  /** Bits not read yet. Below zero once more was read than there is: whoever reads checks that. */
  left: number;

  constructor(bytes: Uint8Array) {
    const last = bytes[bytes.length - 1] ?? 0;
    // The highest set bit of the last byte marks where the stream ends.
    if (last === 0) throw corrupt("a Zstandard bit stream has no end mark");
    this.#bytes = bytes;
    this.left = 8 * bytes.length - 1 - Math.clz32(last << 24);
  }

  /** The next `count` bits, at most 24, without taking them; zeros stand before the start. */
  peek(count: number): number {
    const from = this.left - count;
    if (from < 0) return this.left <= 0 ? 0 : this.#at(0, this.left) << -from;
    return this.#at(from, count);
  }

  /** Takes the next `count` bits, at most 31. */
  read(count: number): number {
    if (count > 24) {
      const upper = this.read(count - 16);
      return upper * 0x1_0000 + this.read(16);
    }
    const value = this.peek(count);
    this.left -= count;
    return value;
  }

  #at(bit: number, count: number): number {
    const bytes = this.#bytes;
    const at = bit >>> 3;
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    return (word >>> (bit & 7)) & ((1 << count) - 1);
  }
}

/** Reads a few bits at a time from the start on, as the descriptions of tables lie. */
export class ForwardBits {
  readonly #bytes: Uint8Array;
  #bit: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#bit = 8 * at;
  }

  /** Takes the next `count` bits, at most 16. */
  read(count: number): number {
    const at = this.#bit >>> 3;
    if (this.#bit + count > 8 * this.#bytes.length) throw corrupt("a Zstandard table is cut");
    const byte = (index: number) => this.#bytes[index] ?? 0;
    const word = byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16);
    const value = (word >>> (this.#bit & 7)) & ((1 << count) - 1);
    this.#bit += count;
    return value;
  }

  unread(count: number): void {
    this.#bit -= count;
  }

  /** The first byte behind what was read. */
  get nextByte(): number {
    return (this.#bit + 7) >>> 3;
  }
}
