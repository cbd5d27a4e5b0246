import { corrupt, expandsPast } from "./compressionError.ts";
import { contentIn, draftOf } from "./contentBuffer.ts";
import { copyBytes, copyMatch } from "./copy.ts";
import type { ZstdFrame } from "./zstdFrames.ts";
import type { HuffmanTable } from "./zstdHuffman.ts";
import { readLiterals } from "./zstdLiterals.ts";
import { SequenceReader } from "./zstdSequenceReader.ts";
import { readSequencesHeader, type SequenceTables } from "./zstdSequences.ts";

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
    // What there is of it in any case; for more, more is set aside once it comes.
    this.#output = draftOf(Math.min(limit.maxBytes, maxBlockBytes));
  }

  content(): Uint8Array {
    return contentIn(this.#output, this.#at);
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
    const end = this.#at + this.#blockBytes;
    let literalAt = 0;
    for (let left = header.count; left > 0; left--) {
      sequences.next(left === 1);
      const { literalLength } = sequences;
      if (literalLength > literals.bytes.length - literalAt)
        throw corrupt("a Zstandard sequence lacks literals");
      if (literalLength + sequences.matchLength > end - this.#at) throw exceedsSize();
      this.#copy(literals.bytes, literalAt, sequences);
      literalAt += literalLength;
    }
    this.#recent = sequences.end();
    const rest = literals.bytes.subarray(literalAt);
    if (rest.length > end - this.#at) throw exceedsSize();
    this.store(rest);
  }

  #copy(literals: Uint8Array, literalAt: number, sequence: SequenceReader): void {
    const { literalLength, matchLength, distance } = sequence;
    this.#reserve(literalLength + matchLength);
    const bytes = this.#output;
    if (literalLength > 0) copyBytes(literals, literalAt, { bytes, at: this.#at, length: literalLength });
    const at = this.#at + literalLength;
    if (distance <= 0 || distance > at) {
      throw corrupt(`a Zstandard match reaches ${distance} bytes back where there are ${at}`);
    }
    copyMatch(bytes, at, distance, matchLength);
    this.#at = at + matchLength;
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

function exceedsSize(): Error {
  return corrupt("a Zstandard block exceeds its size");
}
