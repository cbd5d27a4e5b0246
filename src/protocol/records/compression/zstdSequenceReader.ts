import { corrupt } from "./compressionError.ts";
import { BackwardBits } from "./zstdBits.ts";
import { literalLengthCodes, matchLengthCodes, type SequenceTables } from "./zstdSequences.ts";

/** Reads the sequences of a block one by one: three states take turns on one bit stream. */
export class SequenceReader {
  literalLength = 0;
  matchLength = 0;
  distance = 0;
  readonly #bits: BackwardBits;
  readonly #literals: Uint32Array;
  readonly #offsets: Uint32Array;
  readonly #matches: Uint32Array;
  #literalState: number;
  #offsetState: number;
  #matchState: number;
  #recent0: number;
  #recent1: number;
  #recent2: number;

  constructor(stream: Uint8Array, tables: SequenceTables, recent: readonly [number, number, number]) {
    const bits = new BackwardBits(stream);
    const { literalLengths, offsets, matchLengths } = tables;
    this.#bits = bits;
    this.#literals = literalLengths.states;
    this.#offsets = offsets.states;
    this.#matches = matchLengths.states;
    this.#literalState = bits.read(literalLengths.log);
    this.#offsetState = bits.read(offsets.log);
    this.#matchState = bits.read(matchLengths.log);
    [this.#recent0, this.#recent1, this.#recent2] = recent;
  }

  next(isLast: boolean): void {
    const bits = this.#bits;
    const literalEntry = this.#literals[this.#literalState] as number;
    const offsetEntry = this.#offsets[this.#offsetState] as number;
    const matchEntry = this.#matches[this.#matchState] as number;
    const offsetBits = offsetEntry & 0xff;
    const offset = ((1 << offsetBits) >>> 0) + bits.read(offsetBits);
    const matchCode = matchLengthCodes[matchEntry & 0xff] as number;
    this.matchLength = (matchCode >>> 5) + bits.read(matchCode & 31);
    const literalCode = literalLengthCodes[literalEntry & 0xff] as number;
    this.literalLength = (literalCode >>> 5) + bits.read(literalCode & 31);
    if (!isLast) {
      this.#literalState = (literalEntry >>> 16) + bits.read((literalEntry >>> 8) & 0xff);
      this.#matchState = (matchEntry >>> 16) + bits.read((matchEntry >>> 8) & 0xff);
      this.#offsetState = (offsetEntry >>> 16) + bits.read((offsetEntry >>> 8) & 0xff);
    }
    if (bits.left < 0) throw corrupt("the Zstandard sequences are cut");
    this.#resolve(offset);
  }

  /** The three offsets that the next block may refer to. */
  end(): readonly [number, number, number] {
    if (this.#bits.left !== 0) throw corrupt("bits are left behind the Zstandard sequences");
    return [this.#recent0, this.#recent1, this.#recent2];
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
