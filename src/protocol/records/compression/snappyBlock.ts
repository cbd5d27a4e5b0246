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
  let position = at;
  let from = elementsAt;
  while (from < block.length) {
    const tag = block[from++] as number;
    const moreBytes = bytesAfter(tag);
    const more = littleEndian(block, from, moreBytes);
    from += moreBytes;
    const length = elementLength(tag, more);
    if (length > end - position) throw corrupt("a Snappy element exceeds the block's claimed length");
    if ((tag & 3) === 0) {
      if (length > block.length - from) throw corrupt("the Snappy block ends inside a literal");
      copyBytes(block, from, { bytes: target, at: position, length });
      from += length;
    } else {
      copyMatch(target, position, distanceOf(tag, more, position - at), length);
    }
    position += length;
  }
  if (position !== end) {
    throw corrupt(`the Snappy block holds ${position - at} bytes, not the ${contentBytes} it claims`);
  }
  return end;
}

/** How many bytes of a number stand behind the tag: of a copy's distance, or of a literal's length beyond 60. */
function bytesAfter(tag: number): number {
  const kind = tag & 3;
  if (kind === 0) return tag >>> 2 < 60 ? 0 : (tag >>> 2) - 59;
  return kind === 3 ? 4 : kind;
}

/** How far back a copy reaches, where there are `available` bytes. */
function distanceOf(tag: number, more: number, available: number): number {
  const distance = (tag & 3) === 1 ? ((tag >>> 5) << 8) | more : more;
  if (distance === 0 || distance > available) {
    throw corrupt(`a Snappy copy reaches ${distance} bytes back where there are ${available}`);
  }
  return distance;
}

function elementLength(tag: number, more: number): number {
  const upper = tag >>> 2;
  if ((tag & 3) === 1) return (upper & 7) + 4;
  return (tag & 3) === 0 && upper >= 60 ? more + 1 : upper + 1;
}

function littleEndian(block: Uint8Array, from: number, byteCount: number): number {
  if (byteCount > block.length - from) throw corrupt("the Snappy block ends inside an element");
  let value = 0;
  for (let index = 0; index < byteCount; index++) value |= (block[from + index] as number) << (8 * index);
  return value >>> 0;
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
