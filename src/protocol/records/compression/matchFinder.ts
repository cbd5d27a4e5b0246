/** Receives each match: `length` bytes at `position` equal those `distance` before. */
type OnMatch = (position: number, distance: number, length: number) => void;

/** Where to look for matches, and what the format allows. */
export interface MatchRange {
  readonly from: number;
  readonly to: number;
  /** No match may begin in the last so many bytes. */
  readonly noStartTail: number;
  /** No match may reach into the last so many bytes. */
  readonly literalTail: number;
}

const hashBits = 13;

/**
 * Greedy search for repeats of 4 and more bytes, shared by LZ4 and Snappy: the newest position of each hash, longer
 * steps where nothing repeats. The range must not exceed 64 KiB, so every distance fits both formats.
 */
export function findMatches(source: Uint8Array, range: MatchRange, onMatch: OnMatch): void {
  const newest = new Int32Array(1 << hashBits).fill(-1);
  const lastStart = range.to - Math.max(range.noStartTail, 4);
  const matchEnd = range.to - range.literalTail;
  let misses = 0;
  let position = range.from;
  while (position <= lastStart) {
    const four = fourBytes(source, position);
    const slot = Math.imul(four, 0x9e3779b1) >>> (32 - hashBits);
    const candidate = newest[slot] as number;
    newest[slot] = position;
    if (candidate < 0 || fourBytes(source, candidate) !== four) {
      misses++;
      position += 1 + (misses >>> 6);
      continue;
    }
    let length = 4;
    while (position + length < matchEnd && source[position + length] === source[candidate + length]) length++;
    onMatch(position, position - candidate, length);
    position += length;
    misses = 0;
  }
}

function fourBytes(source: Uint8Array, at: number): number {
  return (
    (source[at] as number) |
    ((source[at + 1] as number) << 8) |
    ((source[at + 2] as number) << 16) |
    ((source[at + 3] as number) << 24)
  );
}
