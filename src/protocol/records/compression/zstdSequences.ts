import { corrupt } from "./compressionError.ts";
import { buildFseTable, type FseLimits, type FseTable, readFseTable, singleSymbolTable } from "./zstdFse.ts";

/** The tables for literal lengths, offsets and match lengths. */
export interface SequenceTables {
  readonly literalLengths: FseTable;
  readonly offsets: FseTable;
  readonly matchLengths: FseTable;
}

/** How many sequences a block has, by which tables, and where their bits begin. */
export interface SequencesHeader {
  readonly count: number;
  readonly tables: SequenceTables | undefined;
  readonly bitsAt: number;
}

/** Codes for a length: how many more bits each has (the lowest 5 bits of a number), and what it begins at. */
export type LengthCodes = Int32Array;

/** How many literals a sequence copies, by code (RFC 8878, 3.1.1.3.2.1.1). */
export const literalLengthCodes = lengthCodes(
  0,
  16,
  [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
);
/** How long a match is, by code (RFC 8878, 3.1.1.3.2.1.1). */
export const matchLengthCodes = lengthCodes(
  3,
  32,
  [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
);

interface Kind extends FseLimits {
  readonly predefined: FseTable;
}

// The distributions of RFC 8878, section 3.1.1.3.2.2, in runs of [probability, how often].
const literalLengths: Kind = {
  maxLog: 9,
  maxSymbol: 35,
  predefined: predefined(6, [
    [4, 1],
    [3, 1],
    [2, 11],
    [1, 3],
    [2, 9],
    [3, 1],
    [2, 1],
    [1, 5],
    [-1, 4],
  ]),
};
const offsets: Kind = {
  maxLog: 8,
  maxSymbol: 31,
  predefined: predefined(5, [
    [1, 6],
    [2, 3],
    [1, 15],
    [-1, 5],
  ]),
};
const matchLengths: Kind = {
  maxLog: 9,
  maxSymbol: 52,
  predefined: predefined(6, [
    [1, 1],
    [4, 1],
    [3, 1],
    [2, 6],
    [1, 37],
    [-1, 7],
  ]),
};

/** Reads the head of the sequences section (RFC 8878, section 3.1.1.3.2) that stands at `from`. */
export function readSequencesHeader(
  block: Uint8Array,
  from: number,
  previous: SequenceTables | undefined,
): SequencesHeader {
  const first = byteAt(block, from);
  if (first === 0) return { count: 0, tables: previous, bitsAt: from + 1 };
  let at = from + 1;
  let count = first;
  if (first === 255) {
    count = 0x7f00 + byteAt(block, at) + (byteAt(block, at + 1) << 8);
    at += 2;
  } else if (first >= 128) {
    count = ((first - 128) << 8) + byteAt(block, at);
    at += 1;
  }
  const modes = byteAt(block, at);
  at += 1;
  if ((modes & 3) !== 0) throw corrupt("reserved bits of Zstandard sequences are set");
  const read = (kind: Kind, mode: number, last: FseTable | undefined) => {
    const { table, nextAt } = readTable(block, at, { kind, mode: mode & 3, last });
    at = nextAt;
    return table;
  };
  const tables = {
    literalLengths: read(literalLengths, modes >>> 6, previous?.literalLengths),
    offsets: read(offsets, modes >>> 4, previous?.offsets),
    matchLengths: read(matchLengths, modes >>> 2, previous?.matchLengths),
  };
  return { count, tables, bitsAt: at };
}

function readTable(
  block: Uint8Array,
  at: number,
  { kind, mode, last }: { readonly kind: Kind; readonly mode: number; readonly last: FseTable | undefined },
): { readonly table: FseTable; readonly nextAt: number } {
  if (mode === 0) return { table: kind.predefined, nextAt: at };
  if (mode === 2) return readFseTable(block, at, kind);
  if (mode === 1) {
    const symbol = byteAt(block, at);
    if (symbol > kind.maxSymbol) throw corrupt("a Zstandard sequence code is not known");
    return { table: singleSymbolTable(symbol), nextAt: at + 1 };
  }
  if (last === undefined) throw corrupt("Zstandard sequences repeat a table that was never there");
  return { table: last, nextAt: at };
}

function byteAt(block: Uint8Array, at: number): number {
  const byte = block[at];
  if (byte === undefined) throw corrupt("the Zstandard sequences are cut");
  return byte;
}

function predefined(log: number, runs: readonly (readonly [number, number])[]): FseTable {
  return buildFseTable(
    runs.flatMap(([count, times]) => new Array<number>(times).fill(count)),
    log,
  );
}

/** Codes that follow each other without gaps: `plain` ones of a single value, then one for each of `bitCounts`. */
function lengthCodes(first: number, plain: number, bitCounts: readonly number[]): LengthCodes {
  const all = [...new Array<number>(plain).fill(0), ...bitCounts];
  let next = first;
  return Int32Array.from(all, (bitCount) => {
    const code = (next << 5) | bitCount;
    next += 2 ** bitCount;
    return code;
  });
}
