import { corrupt } from "./compressionError.ts";
import { BackwardBits } from "./zstdBits.ts";
import { readFseTable } from "./zstdFse.ts";

/** A Huffman table of literals (RFC 8878, section 4.2): per prefix of `maxBits` bits a symbol and its length. */
export interface HuffmanTable {
  readonly maxBits: number;
  readonly symbols: Uint8Array;
  readonly bitCounts: Uint8Array;
}

const maxTableBits = 11;
const maxWeights = 255;

/** Reads the description of a table that `bytes` begin with. */
export function readHuffmanTable(bytes: Uint8Array): {
  readonly table: HuffmanTable;
  readonly nextAt: number;
} {
  const header = bytes[0];
  if (header === undefined) throw corrupt("a Zstandard Huffman table is cut");
  const isDirect = header >= 128;
  const nextAt = 1 + (isDirect ? (header - 126) >>> 1 : header);
  if (nextAt > bytes.length) throw corrupt("a Zstandard Huffman table is cut");
  const stored = bytes.subarray(1, nextAt);
  const weights = isDirect ? directWeights(stored, header - 127) : compressedWeights(stored);
  return { table: buildTable(weights), nextAt };
}

function directWeights(stored: Uint8Array, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const byte = stored[index >>> 1] ?? 0;
    return index % 2 === 0 ? byte >>> 4 : byte & 15;
  });
}

/** Two states take turns on one stream; when it has run out, the other state still holds a symbol. */
function compressedWeights(stored: Uint8Array): number[] {
  const { table, nextAt } = readFseTable(stored, 0, { maxLog: 6, maxSymbol: maxTableBits + 1 });
  const bits = new BackwardBits(stored.subarray(nextAt));
  let state = bits.read(table.log);
  let other = bits.read(table.log);
  const weights: number[] = [];
  while (bits.left >= 0) {
    if (weights.length >= maxWeights - 1) throw corrupt("a Zstandard Huffman table has too many weights");
    weights.push(table.symbols[state] as number);
    const advanced = (table.baselines[state] as number) + bits.read(table.bitCounts[state] as number);
    state = other;
    other = advanced;
  }
  weights.push(table.symbols[state] as number);
  return weights;
}

function buildTable(weights: number[]): HuffmanTable {
  const sum = weights.reduce((total, weight) => total + (weight > 0 ? 2 ** (weight - 1) : 0), 0);
  if (sum === 0) throw corrupt("a Zstandard Huffman table is empty");
  const maxBits = Math.floor(Math.log2(sum)) + 1;
  if (maxBits > maxTableBits) throw corrupt(`a Zstandard Huffman code of ${maxBits} bits`);
  // The last weight is left out: it is what the others leave of a power of two.
  const rest = 2 ** maxBits - sum;
  const lastWeight = Math.log2(rest) + 1;
  if (!Number.isInteger(lastWeight)) throw corrupt("the weights of a Zstandard Huffman table do not add up");
  weights.push(lastWeight);

  const symbols = new Uint8Array(2 ** maxBits);
  const bitCounts = new Uint8Array(2 ** maxBits);
  let at = 0;
  for (let weight = 1; weight <= maxBits; weight++) {
    const span = 2 ** (weight - 1);
    weights.forEach((each, symbol) => {
      if (each !== weight) return;
      symbols.fill(symbol, at, at + span);
      bitCounts.fill(maxBits + 1 - weight, at, at + span);
      at += span;
    });
  }
  return { maxBits, symbols, bitCounts };
}

/** Decodes one stream, which must fill `target` exactly. */
export function decodeHuffmanStream(stream: Uint8Array, table: HuffmanTable, target: Uint8Array): void {
  const bits = new BackwardBits(stream);
  const { maxBits, symbols, bitCounts } = table;
  for (let at = 0; at < target.length && bits.left >= 0; at++) {
    const prefix = bits.peek(maxBits);
    target[at] = symbols[prefix] as number;
    bits.left -= bitCounts[prefix] as number;
  }
  if (bits.left !== 0) throw corrupt("a Zstandard Huffman stream does not fit its length");
}
