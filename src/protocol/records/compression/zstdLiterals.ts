import { corrupt } from "./compressionError.ts";
import { decodeHuffmanStream, type HuffmanTable, readHuffmanTable } from "./zstdHuffman.ts";

/** The literals of a block, and what the next block may repeat. */
export interface ZstdLiterals {
  /** Until those of the next block are read, which take their place. */
  readonly bytes: Uint8Array;
  readonly table: HuffmanTable | undefined;
  /** Where the sequences begin. */
  readonly nextAt: number;
}

let decoded = new Uint8Array(0);

interface LiteralsHeader {
  readonly headerBytes: number;
  readonly contentBytes: number;
  readonly storedBytes: number;
  readonly streams: 1 | 4;
}

/** Reads the literals section (RFC 8878, section 3.1.1.3.1) that a compressed block begins with. */
export function readLiterals(
  block: Uint8Array,
  previous: HuffmanTable | undefined,
  maxBytes: number,
): ZstdLiterals {
  const type = (block[0] ?? 0) & 3;
  const header = type < 2 ? plainHeader(block, type) : compressedHeader(block);
  const { headerBytes, contentBytes, storedBytes } = header;
  const nextAt = headerBytes + storedBytes;
  if (nextAt > block.length) throw corrupt("the Zstandard literals are cut");
  if (contentBytes > maxBytes) throw corrupt("the Zstandard literals exceed the block size");
  const stored = block.subarray(headerBytes, nextAt);
  if (type === 0) return { bytes: stored, table: previous, nextAt };
  // At most a block, 128 KiB.
  if (decoded.length < contentBytes) decoded = new Uint8Array(Math.max(16 * 1024, contentBytes));
  const bytes = decoded.subarray(0, contentBytes);
  if (type === 1) return { bytes: bytes.fill(stored[0] ?? 0), table: previous, nextAt };

  const described = type === 2 ? readHuffmanTable(stored) : { table: previous, nextAt: 0 };
  const { table } = described;
  if (table === undefined) throw corrupt("Zstandard literals repeat a table that was never there");
  decodeStreams(stored.subarray(described.nextAt), table, { bytes, streams: header.streams });
  return { bytes, table, nextAt };
}

function plainHeader(block: Uint8Array, type: number): LiteralsHeader {
  const format = ((block[0] ?? 0) >>> 2) & 3;
  const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
  const contentBytes = littleEndian(block, headerBytes) >>> (headerBytes === 1 ? 3 : 4);
  return { headerBytes, contentBytes, storedBytes: type === 1 ? 1 : contentBytes, streams: 1 };
}

function compressedHeader(block: Uint8Array): LiteralsHeader {
  const format = ((block[0] ?? 0) >>> 2) & 3;
  const sizeBits = ([10, 10, 14, 18] as const)[format as 0 | 1 | 2 | 3];
  const headerBytes = (4 + 2 * sizeBits) >>> 3;
  const word = littleEndian(block, headerBytes);
  const size = 2 ** sizeBits;
  const sizes = Math.floor(word / 16);
  return {
    headerBytes,
    contentBytes: sizes % size,
    storedBytes: Math.floor(sizes / size) % size,
    streams: format === 0 ? 1 : 4,
  };
}

function decodeStreams(
  stored: Uint8Array,
  table: HuffmanTable,
  target: { readonly bytes: Uint8Array; readonly streams: 1 | 4 },
): void {
  const { bytes } = target;
  if (target.streams === 1) {
    decodeHuffmanStream(stored, table, bytes);
    return;
  }
  if (stored.length < 6) throw corrupt("the Zstandard literals have no room for four streams");
  const share = (bytes.length + 3) >>> 2;
  let at = 6;
  for (let stream = 0; stream < 4; stream++) {
    const length = stream === 3 ? stored.length - at : littleEndian(stored.subarray(2 * stream), 2);
    if (length > stored.length - at) throw corrupt("the Zstandard literals end inside a stream");
    const part = bytes.subarray(stream * share, stream === 3 ? bytes.length : (stream + 1) * share);
    decodeHuffmanStream(stored.subarray(at, at + length), table, part);
    at += length;
  }
}

/** Up to five bytes, which is more than bit operations hold. */
function littleEndian(bytes: Uint8Array, length: number): number {
  if (length > bytes.length) throw corrupt("the Zstandard literals are cut");
  let value = 0;
  for (let index = length - 1; index >= 0; index--) value = value * 256 + (bytes[index] as number);
  return value;
}
