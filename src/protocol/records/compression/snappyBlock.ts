import { corrupt, expandsPast } from "./compressionError.ts";
import { copyBytes, copyMatch } from "./copy.ts";
import { findMatches } from "./matchFinder.ts";

// Two bytes of input give at most 11 bytes and three at most 64, so nothing honest expands further than this.
const maxExpansion = 32;

/** The length a raw Snappy block says its content has, and where the elements begin. */
export interface SnappyPreamble {
  readonly contentBytes: number;
  readonly elementsAt: number;
}

/** Reads a raw block's length and checks that its bytes could hold that much: before anything is allocated. */
export function readSnappyPreamble(block: Uint8Array): SnappyPreamble {
  let contentBytes = 0;
  for (let index = 0; index < 5; index++) {
    const byte = block[index];
    if (byte === undefined) throw corrupt("the Snappy block ends inside its length");
    contentBytes += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) {
      if (contentBytes > maxExpansion * block.length) {
        throw corrupt(`the Snappy block of ${block.length} bytes cannot hold the ${contentBytes} it claims`);
      }
      return { contentBytes, elementsAt: index + 1 };
    }
  }
  throw corrupt("the Snappy block's length has more than 5 bytes");
}

/** Decodes a raw Snappy block to `target` at `at`; returns where its content ends. */
export function decodeSnappyBlock(block: Uint8Array, target: Uint8Array, at: number): number {
  const { contentBytes, elementsAt } = readSnappyPreamble(block);
  const end = at + contentBytes;
  if (end > target.length) throw expandsPast(target.length);
  const input = new SnappyInput(block, elementsAt);
  let position = at;
  while (input.position < block.length) {
    const tag = input.unsigned(1);
    const length = input.elementLength(tag);
    if (length > end - position) throw corrupt("a Snappy element exceeds the block's claimed length");
    if ((tag & 3) === 0) {
      copyBytes(block, input.skip(length), { bytes: target, at: position, length });
    } else {
      const distance = input.distance(tag);
      if (distance === 0 || distance > position - at) {
        throw corrupt(`a Snappy copy reaches ${distance} bytes back where there are ${position - at}`);
      }
      copyMatch(target, position, distance, length);
    }
    position += length;
  }
  if (position !== end) {
    throw corrupt(`the Snappy block holds ${position - at} bytes, not the ${contentBytes} it claims`);
  }
  return end;
}

class SnappyInput {
  readonly #block: Uint8Array;
  position: number;

  constructor(block: Uint8Array, position: number) {
    this.#block = block;
    this.position = position;
  }

  unsigned(byteCount: number): number {
    let value = 0;
    for (let index = 0; index < byteCount; index++) {
      const byte = this.#block[this.position++];
      if (byte === undefined) throw corrupt("the Snappy block ends inside an element");
      value |= byte << (8 * index);
    }
    return value >>> 0;
  }

  skip(byteCount: number): number {
    const from = this.position;
    if (byteCount > this.#block.length - from) throw corrupt("the Snappy block ends inside a literal");
    this.position += byteCount;
    return from;
  }

  elementLength(tag: number): number {
    const upper = tag >>> 2;
    if ((tag & 3) === 1) return (upper & 7) + 4;
    // Literals of more than 60 bytes keep their length in one to four further bytes.
    if ((tag & 3) === 0 && upper >= 60) return this.unsigned(upper - 59) + 1;
    return upper + 1;
  }

  distance(tag: number): number {
    if ((tag & 3) === 1) return ((tag >>> 5) << 8) | this.unsigned(1);
    return this.unsigned((tag & 3) === 2 ? 2 : 4);
  }
}

/** Encodes `source` from `from` to `to` (at most 64 KiB) as one raw Snappy block. */
export function encodeSnappyBlock(source: Uint8Array, from: number, to: number): Uint8Array {
  const length = to - from;
  const output = new SnappyOutput(source, new Uint8Array(32 + length + Math.ceil(length / 6)));
  output.preamble(length);
  let literalFrom = from;
  findMatches(source, { from, to, noStartTail: 4, literalTail: 0 }, (position, distance, matchLength) => {
    output.literal(literalFrom, position);
    output.copy(distance, matchLength);
    literalFrom = position + matchLength;
  });
  output.literal(literalFrom, to);
  return output.finish();
}

class SnappyOutput {
  readonly #source: Uint8Array;
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(source: Uint8Array, bytes: Uint8Array) {
    this.#source = source;
    this.#bytes = bytes;
  }

  #push(byte: number): void {
    this.#bytes[this.#position++] = byte;
  }

  preamble(contentBytes: number): void {
    let rest = contentBytes;
    for (; rest >= 0x80; rest >>>= 7) this.#push((rest & 0x7f) | 0x80);
    this.#push(rest);
  }

  literal(from: number, to: number): void {
    const length = to - from;
    if (length === 0) return;
    const stored = length - 1;
    if (stored < 60) {
      this.#push(stored << 2);
    } else if (stored < 0x100) {
      this.#push(60 << 2);
      this.#push(stored);
    } else {
      this.#push(61 << 2);
      this.#push(stored & 0xff);
      this.#push(stored >>> 8);
    }
    copyBytes(this.#source, from, { bytes: this.#bytes, at: this.#position, length });
    this.#position += length;
  }

  copy(distance: number, length: number): void {
    for (let rest = length; rest > 0; rest -= 64) {
      this.#push(((Math.min(rest, 64) - 1) << 2) | 2);
      this.#push(distance & 0xff);
      this.#push(distance >>> 8);
    }
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#position);
  }
}
