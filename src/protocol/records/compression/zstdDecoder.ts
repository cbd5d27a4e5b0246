import { corrupt, expandsPast } from "./compressionError.ts";
import { copyBytes, copyMatch } from "./copy.ts";
import { BackwardBits } from "./zstdBits.ts";
import type { ZstdFrame } from "./zstdFrames.ts";
import type { FseTable } from "./zstdFse.ts";
import type { HuffmanTable } from "./zstdHuffman.ts";
import { readLiterals } from "./zstdLiterals.ts";
import {
  literalLengthCodes,
  matchLengthCodes,
  readSequencesHeader,
  type SequenceTables,
} from "./zstdSequences.ts";

const maxBlockBytes = 128 * 1024;

/**
 * Decodes one Zstandard frame (RFC 8878) in plain JavaScript, for where node:zlib cannot. Work and memory are bounded by
 * the content, which may be `maxBytes`. A content checksum is passed over: a batch has its own.
 */
export function decodeZstdFrame(
  frame: ZstdFrame,
  limit: { readonly maxBytes: number; readonly limit: number },
): Uint8Array {
  const decoder = new FrameDecoder(frame, limit);
  const { bytes } = frame;
  let at = frame.blocksAt;
  for (;;) {
    // The frame was walked before: every block is there.
    const header = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    const type = (header >>> 1) & 3;
    const size = header >>> 3;
    const storedBytes = type === 1 ? 1 : size;
    const stored = bytes.subarray(at + 3, at + 3 + storedBytes);
    if (type === 0) decoder.store(stored);
    else if (type === 1) decoder.repeat(stored[0] ?? 0, size);
    else decoder.decode(stored);
    if ((header & 1) !== 0) return decoder.content();
    at += 3 + storedBytes;
  }
}

class FrameDecoder {
  readonly #maxBytes: number;
  readonly #limit: number;
  readonly #blockBytes: number;
  #output: Uint8Array;
  #at = 0;
  #huffman: HuffmanTable | undefined;
  #tables: SequenceTables | undefined;
  // The last three offsets, newest first; a frame begins with these.
  #recent: readonly [number, number, number] = [1, 4, 8];

  constructor(frame: ZstdFrame, limit: { readonly maxBytes: number; readonly limit: number }) {
    this.#maxBytes = limit.maxBytes;
    this.#limit = limit.limit;
    this.#blockBytes = Math.min(maxBlockBytes, frame.windowBytes);
    const expected = frame.contentBytes === undefined ? 4 * frame.bytes.length : Number(frame.contentBytes);
    this.#output = new Uint8Array(Math.min(limit.maxBytes, expected, 4 * maxBlockBytes));
  }

  content(): Uint8Array {
    return this.#at * 2 < this.#output.length
      ? this.#output.slice(0, this.#at)
      : this.#output.subarray(0, this.#at);
  }

  store(stored: Uint8Array): void {
    this.#reserve(stored.length);
    this.#output.set(stored, this.#at);
    this.#at += stored.length;
  }

  repeat(byte: number, length: number): void {
    this.#reserve(length);
    this.#output.fill(byte, this.#at, this.#at + length);
    this.#at += length;
  }

  decode(block: Uint8Array): void {
    const literals = readLiterals(block, this.#huffman, this.#blockBytes);
    this.#huffman = literals.table;
    const header = readSequencesHeader(block, literals.nextAt, this.#tables);
    this.#tables = header.tables;
    if (header.count === 0) {
      if (header.bitsAt !== block.length) throw corrupt("bytes are left behind a Zstandard block");
      this.store(literals.bytes);
      return;
    }
    if (header.tables === undefined) throw corrupt("Zstandard sequences have no tables");
    const sequences = new SequenceReader(block.subarray(header.bitsAt), header.tables, this.#recent);
    const blockFrom = this.#at;
    let literalAt = 0;
    for (let index = 0; index < header.count; index++) {
      sequences.next(index === header.count - 1);
      const { literalLength, matchLength, distance } = sequences;
      if (literalLength > literals.bytes.length - literalAt)
        throw corrupt("a Zstandard sequence lacks literals");
      const length = literalLength + matchLength;
      if (this.#at - blockFrom + length > this.#blockBytes)
        throw corrupt("a Zstandard block exceeds its size");
      this.#reserve(length);
      copyBytes(literals.bytes, literalAt, { bytes: this.#output, at: this.#at, length: literalLength });
      literalAt += literalLength;
      this.#at += literalLength;
      if (distance <= 0 || distance > this.#at) {
        throw corrupt(`a Zstandard match reaches ${distance} bytes back where there are ${this.#at}`);
      }
      copyMatch(this.#output, this.#at, distance, matchLength);
      this.#at += matchLength;
    }
    this.#recent = sequences.end();
    const rest = literals.bytes.subarray(literalAt);
    if (this.#at - blockFrom + rest.length > this.#blockBytes)
      throw corrupt("a Zstandard block exceeds its size");
    this.store(rest);
  }

  /** Makes room for `length` more bytes, or fails when the caller allows no more. */
  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#output.length) return;
    if (needed > this.#maxBytes) throw expandsPast(this.#limit);
    const larger = new Uint8Array(Math.min(this.#maxBytes, Math.max(needed, 2 * this.#output.length)));
    larger.set(this.#output.subarray(0, this.#at));
    this.#output = larger;
  }
}

/** Reads the sequences of a block: three states take turns on one bit stream. */
class SequenceReader {
  literalLength = 0;
  matchLength = 0;
  distance = 0;
  readonly #bits: BackwardBits;
  readonly #tables: SequenceTables;
  #literalState: number;
  #offsetState: number;
  #matchState: number;
  #recent0: number;
  #recent1: number;
  #recent2: number;

  constructor(stream: Uint8Array, tables: SequenceTables, recent: readonly [number, number, number]) {
    this.#bits = new BackwardBits(stream);
    this.#tables = tables;
    this.#literalState = this.#bits.read(tables.literalLengths.log);
    this.#offsetState = this.#bits.read(tables.offsets.log);
    this.#matchState = this.#bits.read(tables.matchLengths.log);
    [this.#recent0, this.#recent1, this.#recent2] = recent;
  }

  next(isLast: boolean): void {
    const bits = this.#bits;
    const { literalLengths, offsets, matchLengths } = this.#tables;
    const offsetCode = offsets.symbols[this.#offsetState] as number;
    const offset = 2 ** offsetCode + bits.read(offsetCode);
    const matchCode = matchLengths.symbols[this.#matchState] as number;
    this.matchLength =
      (matchLengthCodes.baselines[matchCode] as number) +
      bits.read(matchLengthCodes.bitCounts[matchCode] as number);
    const literalCode = literalLengths.symbols[this.#literalState] as number;
    this.literalLength =
      (literalLengthCodes.baselines[literalCode] as number) +
      bits.read(literalLengthCodes.bitCounts[literalCode] as number);
    if (!isLast) {
      this.#literalState = this.#advance(literalLengths, this.#literalState);
      this.#matchState = this.#advance(matchLengths, this.#matchState);
      this.#offsetState = this.#advance(offsets, this.#offsetState);
    }
    if (bits.left < 0) throw corrupt("the Zstandard sequences are cut");
    this.#resolve(offset);
  }

  /** The three offsets that the next block may refer to. */
  end(): readonly [number, number, number] {
    if (this.#bits.left !== 0) throw corrupt("bits are left behind the Zstandard sequences");
    return [this.#recent0, this.#recent1, this.#recent2];
  }

  #advance(table: FseTable, state: number): number {
    return (table.baselines[state] as number) + this.#bits.read(table.bitCounts[state] as number);
  }

  /** The values 1 to 3 stand for recent offsets, shifted by one when there are no literals between. */
  #resolve(offset: number): void {
    if (offset > 3) {
      this.#remember(offset - 3, 2);
      return;
    }
    const index = offset - (this.literalLength === 0 ? 0 : 1);
    if (index === 0) this.#remember(this.#recent0, 0);
    else if (index === 1) this.#remember(this.#recent1, 1);
    else if (index === 2) this.#remember(this.#recent2, 2);
    else this.#remember(this.#recent0 - 1, 2);
  }

  /** Puts a distance in front; those up to the place it came from move back. */
  #remember(distance: number, from: 0 | 1 | 2): void {
    if (from === 2) this.#recent2 = this.#recent1;
    if (from >= 1) this.#recent1 = this.#recent0;
    this.#recent0 = distance;
    this.distance = distance;
  }
}
