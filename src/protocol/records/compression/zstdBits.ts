import { corrupt } from "./compressionError.ts";

// Zeros around the stream, so that it can be read by words: in front more than anybody reads before looking at `left`.
const padBytes = 16;
/** A stream with its padding. Streams are read one after another, so they can share it. */
let padded = new Uint8Array(16 * 1024);
let words = new DataView(padded.buffer);

/**
 * Reads a Zstandard bit stream from its end to its start, as entropy-coded data lies. One at a time: the next one takes
 * the place of the one before.
 */
export class BackwardBits {
  readonly #words: DataView;
  /** Bits not read yet. Below zero once more was read than there is: whoever reads checks that, every 100 bits at least. */
  left: number;

  constructor(bytes: Uint8Array) {
    const last = bytes[bytes.length - 1] ?? 0;
    // The highest set bit of the last byte marks where the stream ends.
    if (last === 0) throw corrupt("a Zstandard bit stream has no end mark");
    this.#words = pad(bytes);
    this.left = 8 * bytes.length - 1 - Math.clz32(last << 24);
  }

  /** The next `count` bits, at most 24, without taking them; zeros stand before the start. */
  peek(count: number): number {
    const from = this.left - count + 8 * padBytes;
    return (this.#words.getUint32(from >>> 3, true) >>> (from & 7)) & ((1 << count) - 1);
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
}

function pad(bytes: Uint8Array): DataView {
  const needed = bytes.length + 2 * padBytes;
  if (padded.length < needed) {
    padded = new Uint8Array(2 * needed);
    words = new DataView(padded.buffer);
  }
  padded.set(bytes, padBytes);
  // What an earlier stream left behind this one.
  padded.fill(0, padBytes + bytes.length, needed);
  return words;
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
