import { corrupt } from "./compressionError.ts";
import { ForwardBits } from "./zstdBits.ts";

/** A decoding table of finite state entropy (RFC 8878, section 4.1). */
export interface FseTable {
  readonly log: number;
  /**
   * Per state, from the lowest bits on: its symbol (8 bits), how many bits lead to the next state (8), and what that begins
   * from (16).
   */
  readonly states: Uint32Array;
}

/** What a kind of table may hold. */
export interface FseLimits {
  readonly maxLog: number;
  readonly maxSymbol: number;
}

/** Reads the description of a table that stands at `at`. */
export function readFseTable(
  bytes: Uint8Array,
  at: number,
  limits: FseLimits,
): { readonly table: FseTable; readonly nextAt: number } {
  const bits = new ForwardBits(bytes, at);
  const log = bits.read(4) + 5;
  if (log > limits.maxLog) throw corrupt(`a Zstandard table of 2^${log} states, at most 2^${limits.maxLog}`);
  const counts: number[] = [];
  let left = 1 << log;
  while (left > 0) {
    const count = readCount(bits, left);
    counts.push(count);
    left -= Math.abs(count);
    if (count === 0) readZeros(bits, counts);
    if (counts.length > limits.maxSymbol + 1) throw corrupt("a Zstandard table has too many symbols");
  }
  return { table: buildFseTable(counts, log), nextAt: bits.nextByte };
}

/** One probability, in states; -1 is "less than one". Small values take a bit less than large ones. */
function readCount(bits: ForwardBits, left: number): number {
  const width = 32 - Math.clz32(left + 1);
  const value = bits.read(width);
  const lowerMask = (1 << (width - 1)) - 1;
  const threshold = (1 << width) - 1 - (left + 1);
  if ((value & lowerMask) < threshold) {
    bits.unread(1);
    return (value & lowerMask) - 1;
  }
  const count = (value > lowerMask ? value - threshold : value) - 1;
  if (count > left) throw corrupt("the probabilities of a Zstandard table exceed it");
  return count;
}

/** After a zero, two bits say how many more follow; three means that two more bits do as well. */
function readZeros(bits: ForwardBits, counts: number[]): void {
  let repeat: number;
  do {
    repeat = bits.read(2);
    for (let zero = 0; zero < repeat; zero++) counts.push(0);
  } while (repeat === 3 && counts.length < 256);
}

/** Spreads symbols over the states by their probabilities, which must add up to 2^`log`. */
export function buildFseTable(counts: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const states = spreadSymbols(counts, size);
  const next = counts.map((count) => Math.abs(count));
  for (let state = 0; state < size; state++) {
    const symbol = states[state] as number;
    const value = next[symbol] as number;
    next[symbol] = value + 1;
    const bitCount = log - (31 - Math.clz32(value));
    states[state] = symbol | (bitCount << 8) | (((value << bitCount) - size) << 16);
  }
  return { log, states };
}

function spreadSymbols(counts: readonly number[], size: number): Uint32Array {
  const symbols = new Uint32Array(size);
  let rareFrom = size;
  for (let symbol = 0; symbol < counts.length; symbol++)
    if (counts[symbol] === -1) symbols[--rareFrom] = symbol;
  const step = (size >>> 1) + (size >>> 3) + 3;
  let state = 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    for (let left = counts[symbol] as number; left > 0; left--) {
      symbols[state] = symbol;
      do state = (state + step) & (size - 1);
      while (state >= rareFrom);
    }
  }
  return symbols;
}

/** The table of a single symbol, which takes no bits. */
export function singleSymbolTable(symbol: number): FseTable {
  return { log: 0, states: Uint32Array.of(symbol) };
}
