import { corrupt } from "./compressionError.ts";
import { copyBytes, copyMatch } from "./copy.ts";
import { findMatches } from "./matchFinder.ts";

// The format's rules for the end of a block: no match begins in the last 12 bytes or reaches into the last 5.
const noMatchStartTail = 12;
const literalTail = 5;
const minMatch = 4;

/** Where a block's content goes, and how far back its matches may reach. */
export interface Lz4Target {
  readonly bytes: Uint8Array;
  readonly at: number;
  /** Where the content must have ended. */
  readonly limit: number;
  /** The first byte a match may refer to: the block's own start, or the frame's when blocks are linked. */
  readonly historyFrom: number;
}

/** Decodes one LZ4 block; returns where its content ends, or `undefined` when it does not fit below the limit. */
export function decodeLz4Block(block: Uint8Array, target: Lz4Target): number | undefined {
  const { bytes, limit, historyFrom } = target;
  const blockEnd = block.length;
  let at = target.at;
  let position = 0;
  for (;;) {
    const token = byteAt(block, position++);
    const literals = lengthFrom(token >>> 4, block, position);
    position += lengthBytes(literals);
    if (literals > blockEnd - position) throw corrupt("the LZ4 block ends inside a literal");
    if (literals > limit - at) return undefined;
    if (literals > 0) copyBytes(block, position, { bytes, at, length: literals });
    position += literals;
    at += literals;
    // The last sequence has no match.
    if (position === blockEnd) return at;

    const distance = byteAt(block, position) | (byteAt(block, position + 1) << 8);
    position += 2;
    const length = lengthFrom(token & 0x0f, block, position);
    position += lengthBytes(length);
    if (distance === 0 || distance > at - historyFrom) {
      throw corrupt(`an LZ4 match reaches ${distance} bytes back where there are ${at - historyFrom}`);
    }
    if (length + minMatch > limit - at) return undefined;
    copyMatch(bytes, at, distance, length + minMatch);
    at += length + minMatch;
  }
}

function byteAt(block: Uint8Array, position: number): number {
  if (position >= block.length) throw corrupt("the LZ4 block ends inside a sequence");
  return block[position] as number;
}

/** A length of 15 goes on in further bytes, up to the first that is not 255. */
function lengthFrom(nibble: number, block: Uint8Array, from: number): number {
  if (nibble < 15) return nibble;
  let length = nibble;
  for (let position = from; ; position++) {
    const more = byteAt(block, position);
    length += more;
    if (more < 255) return length;
  }
}

/** In how many bytes behind the token a length goes on. */
function lengthBytes(length: number): number {
  return length < 15 ? 0 : Math.floor((length - 15) / 255) + 1;
}

/**
 * Encodes `source` from `from` to `to` (at most 64 KiB) as one LZ4 block, or gives `undefined` when that would
 * not be smaller: a frame stores such a block as it is.
 */
export function encodeLz4Block(source: Uint8Array, from: number, to: number): Uint8Array | undefined {
  const length = to - from;
  const output = new Lz4Output(source, new Uint8Array(16 + length + Math.ceil(length / 255)));
  let literalFrom = from;
  findMatches(
    source,
    { from, to, noStartTail: noMatchStartTail, literalTail },
    (position, distance, matchLength) => {
      output.sequence(literalFrom, position, { distance, length: matchLength });
      literalFrom = position + matchLength;
    },
  );
  output.sequence(literalFrom, to);
  const block = output.finish();
  return block.length < length ? block : undefined;
}

class Lz4Output {
  readonly #source: Uint8Array;
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(source: Uint8Array, bytes: Uint8Array) {
    this.#source = source;
    this.#bytes = bytes;
  }

  sequence(
    literalFrom: number,
    literalTo: number,
    match?: { readonly distance: number; readonly length: number },
  ): void {
    const literals = literalTo - literalFrom;
    const extraMatch = match ? match.length - minMatch : 0;
    this.#push((Math.min(literals, 15) << 4) | Math.min(extraMatch, 15));
    this.#restOfLength(literals);
    copyBytes(this.#source, literalFrom, { bytes: this.#bytes, at: this.#position, length: literals });
    this.#position += literals;
    if (!match) return;
    this.#push(match.distance & 0xff);
    this.#push(match.distance >>> 8);
    this.#restOfLength(extraMatch);
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#position);
  }

  #restOfLength(length: number): void {
    if (length < 15) return;
    let rest = length - 15;
    for (; rest >= 255; rest -= 255) this.#push(255);
    this.#push(rest);
  }

  #push(byte: number): void {
    this.#bytes[this.#position++] = byte;
  }
}
