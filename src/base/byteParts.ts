/** Shorter pieces cost more by their number than by a copy of their bytes. */
const smallBytes = 4_096;

const noBytes = new Uint8Array(0);

/**
 * Bytes that lie in several places and follow each other: they are handed on and written without being brought together.
 * Nobody may change a piece any more, as it may be on its way to several readers.
 */
export class ByteParts {
  static readonly none: ByteParts = new ByteParts([]);
  readonly pieces: readonly Uint8Array[];
  /** Bytes of all pieces. */
  readonly length: number;

  constructor(pieces: readonly Uint8Array[]) {
    let length = 0;
    for (const piece of pieces) length += piece.length;
    this.pieces = pieces;
    this.length = length;
  }

  static of(bytes: Uint8Array | ByteParts): ByteParts {
    return bytes instanceof ByteParts ? bytes : new ByteParts([bytes]);
  }

  /** Of any number of pieces; neighbours that are small are copied together. */
  static gather(pieces: readonly Uint8Array[]): ByteParts {
    const gathered: Uint8Array[] = [];
    let run: Uint8Array[] = [];
    const endRun = () => {
      if (run.length > 0) gathered.push(new ByteParts(run).joined());
      run = [];
    };
    for (const piece of pieces) {
      if (piece.length < smallBytes) {
        run.push(piece);
        continue;
      }
      endRun();
      gathered.push(piece);
    }
    endRun();
    return new ByteParts(gathered);
  }

  /** All bytes in one piece: a copy, unless they are in one piece already. */
  joined(): Uint8Array {
    const [first = noBytes, ...more] = this.pieces;
    if (more.length === 0) return first;
    const joined = new Uint8Array(this.length);
    this.copyTo(joined);
    return joined;
  }

  /** Fills `target` with the bytes from `from` on, as far as they go. */
  copyTo(target: Uint8Array, from = 0): void {
    let skip = from;
    let at = 0;
    for (const piece of this.pieces) {
      if (at === target.length) return;
      const rest = piece.subarray(Math.min(skip, piece.length));
      skip -= piece.length - rest.length;
      const taken = rest.subarray(0, target.length - at);
      target.set(taken, at);
      at += taken.length;
    }
  }
}
