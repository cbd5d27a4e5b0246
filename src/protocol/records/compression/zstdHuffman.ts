import { corrupt } from "./compressionError.ts";
import { BackwardBits } from "./zstdBits.ts";
import { readFseTable } from "./zstdFse.ts";

/** A Huffman table of literals (RFC 8878, section 4.2). */
export interface HuffmanTable {
  readonly maxBits: number;
  /** Per prefix of `maxBits` bits: the length of its code, and above the lowest 4 bits its symbol. */
  readonly entries: Uint16Array;
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
    const entry = table.states[state] as number;
    weights.push(entry & 0xff);
    state = other;
    other = (entry >>> 16) + bits.read((entry >>> 8) & 0xff);
  }
  weights.push((table.states[state] as number) & 0xff);
  return weights;
}

function buildTable(weights: number[]): HuffmanTable {
  let sum = 0;
  for (const weight of weights) sum += spanOf(weight);
  if (sum === 0) throw corrupt("a Zstandard Huffman table is empty");
  const maxBits = 32 - Math.clz32(sum);
  if (maxBits > maxTableBits) throw corrupt(`a Zstandard Huffman code of ${maxBits} bits`);
  // The last weight is left out: it is what the others leave of a power of two.
  const rest = (1 << maxBits) - sum;
  if ((rest & (rest - 1)) !== 0) throw corrupt("the weights of a Zstandard Huffman table do not add up");
  weights.push(32 - Math.clz32(rest));

  const entries = new Uint16Array(1 << maxBits);
  // Codes of a weight stand together, the longest codes first, in the order of their symbols.
  const nextAt = startsByWeight(weights, maxBits);
  for (let symbol = 0; symbol < weights.length; symbol++) {
    const weight = weights[symbol] as number;
    if (weight === 0) continue;
    const entry = (symbol << 4) | (maxBits + 1 - weight);
    const from = nextAt[weight] as number;
    const end = from + spanOf(weight);
    for (let at = from; at < end; at++) entries[at] = entry;
    nextAt[weight] = end;
  }
  return { maxBits, entries };
}

/** How many prefixes begin with a code of this weight. */
function spanOf(weight: number): number {
  return weight === 0 ? 0 : 1 << (weight - 1);
}

function startsByWeight(weights: readonly number[], maxBits: number): Int32Array {
  const counts = new Int32Array(maxBits + 2);
  for (const weight of weights) counts[weight] = (counts[weight] as number) + 1;
  const starts = new Int32Array(maxBits + 2);
  for (let weight = 1; weight <= maxBits; weight++)
    starts[weight + 1] = (starts[weight] as number) + (counts[weight] as number) * spanOf(weight);
  return starts;
}

/** Decodes one stream, which must fill `target` exactly. */
export function decodeHuffmanStream(stream: Uint8Array, table: HuffmanTable, target: Uint8Array): void {
  const bits = new BackwardBits(stream);
  const { maxBits, entries } = table;
  const end = target.length;
  let at = 0;
  // Two codes have at most 22 bits.
  for (const pairsEnd = end - 1; at < pairsEnd && bits.left >= 0; at += 2) {
    const prefix = bits.peek(2 * maxBits);
    const first = entries[prefix >>> maxBits] as number;
    const firstBits = first & 15;
    const second = entries[(prefix >>> (maxBits - firstBits)) & ((1 << maxBits) - 1)] as number;
    target[at] = first >>> 4;
    target[at + 1] = second >>> 4;
    bits.left -= firstBits + (second & 15);
  }
  for (; at < end && bits.left >= 0; at++) {
    const entry = entries[bits.peek(maxBits)] as number;
    target[at] = entry >>> 4;
    bits.left -= entry & 15;
  }
  if (at < end || bits.left !== 0) throw corrupt("a Zstandard Huffman stream does not fit its length");
}
