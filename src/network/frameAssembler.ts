import { type ForeignProtocol, recognise } from "./foreignProtocol.ts";

const sizeBytes = 4;

/** What is set aside for a frame at first, and once that much of it has really come. */
const firstCapacity = 1 << 16;
const secondCapacity = 1 << 23;
/** How many times as much as has come is set aside where that is all of the frame. */
const soonWhole = 4;

/** Why the bytes that came cannot be frames: nothing after them can be trusted. */
export interface FrameProblem {
  readonly code: "GARBAGE" | "FRAME_TOO_LARGE";
  /** Completes "the broker …". */
  readonly message: string;
  readonly foreign: ForeignProtocol | undefined;
}

/**
 * Cuts a stream of bytes into frames: four bytes of size, then the frame.
 *
 * Every frame is copied out, as its chunk is only lent. The usual answer to a Fetch, some MiB, is set aside in one
 * piece as soon as the first of it came; beyond that the buffer grows by doubling, so that the memory held follows what
 * really arrived, and never what a size field promised.
 */
export class FrameAssembler {
  readonly #maxFrameBytes: number;
  readonly #allocate: (bytes: number) => Uint8Array;
  #buffer: Uint8Array = new Uint8Array(0);
  #held = 0;
  /** Of the frame being collected, its size field included; undefined until four bytes are there. */
  #needed: number | undefined;
  #problem: FrameProblem | undefined;

  /** `allocate` sets memory aside for frames; what it gives need not be zeroed, and belongs to them alone. */
  constructor(maxFrameBytes: number, allocate: (bytes: number) => Uint8Array = Buffer.allocUnsafeSlow) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#allocate = allocate;
  }

  /** Set once the bytes turned out not to be frames; from then on nothing is taken. */
  get problem(): FrameProblem | undefined {
    return this.#problem;
  }

  /** Bytes of the frame that is not complete, and how many it should have, if known; undefined between frames. */
  get partial(): { readonly bytes: number; readonly of: number | undefined } | undefined {
    return this.#held === 0 ? undefined : { bytes: this.#held, of: this.#needed };
  }

  /** Takes a chunk; gives the frames it completes, without their sizes. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    const frames: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length && this.#problem === undefined) {
      const whole = this.#wholeFrame(chunk, at);
      if (whole === undefined) {
        at += this.#collect(chunk, at, frames);
      } else {
        frames.push(whole);
        at += sizeBytes + whole.length;
      }
    }
    return frames;
  }

  /** The frame that begins at `at`, when the chunk has all of it. */
  #wholeFrame(chunk: Uint8Array, at: number): Uint8Array | undefined {
    const available = chunk.length - at;
    if (this.#held > 0 || available < sizeBytes) return undefined;
    const size = this.#readSize(chunk.subarray(at));
    if (size === undefined || available < sizeBytes + size) return undefined;
    const frame = this.#allocate(size);
    frame.set(chunk.subarray(at + sizeBytes, at + sizeBytes + size));
    return frame;
  }

  /** Copies what the frame under way still needs; gives how many bytes were used. */
  #collect(chunk: Uint8Array, at: number, frames: Uint8Array[]): number {
    if (this.#problem !== undefined) return chunk.length - at;
    const needed = this.#needed ?? sizeBytes;
    const used = Math.min(needed - this.#held, chunk.length - at);
    this.#reserve(this.#held + used, needed);
    this.#buffer.set(chunk.subarray(at, at + used), this.#held);
    this.#held += used;
    if (this.#needed === undefined && this.#held === sizeBytes) {
      const size = this.#readSize(this.#buffer.subarray(0, sizeBytes));
      this.#needed = size === undefined ? undefined : sizeBytes + size;
    }
    if (this.#held === this.#needed) {
      frames.push(this.#buffer.subarray(sizeBytes, this.#held));
      this.#buffer = new Uint8Array(0);
      this.#held = 0;
      this.#needed = undefined;
    }
    return used;
  }

  #reserve(bytes: number, needed: number): void {
    if (this.#buffer.length >= bytes) return;
    const step =
      this.#held < firstCapacity ? firstCapacity : Math.max(secondCapacity, 2 * this.#buffer.length);
    // A frame of which much has come at once will be here soon: it is set aside in one piece.
    const capacity = needed <= soonWhole * bytes ? needed : Math.min(needed, Math.max(bytes, step));
    // Not zeroed first: nothing is given out before all of it was copied in.
    const larger = this.#allocate(capacity);
    larger.set(this.#buffer.subarray(0, this.#held));
    this.#buffer = larger;
  }

  /** The size that stands at the beginning, or undefined with the problem noted. */
  #readSize(head: Uint8Array): number | undefined {
    const size = new DataView(head.buffer, head.byteOffset, sizeBytes).getInt32(0);
    if (size >= 0 && size <= this.#maxFrameBytes) return size;
    this.#problem = problemWith(size, head, this.#maxFrameBytes);
    return undefined;
  }
}

function problemWith(size: number, head: Uint8Array, maxFrameBytes: number): FrameProblem {
  const foreign = recognise(head);
  if (foreign !== undefined) return { code: "GARBAGE", message: foreign.message, foreign };
  const announced = `announced a response of ${size} bytes`;
  if (size < 0) {
    return { code: "GARBAGE", message: `${announced}, which no Kafka broker does`, foreign };
  }
  return {
    code: "FRAME_TOO_LARGE",
    message: `${announced}, more than the ${maxFrameBytes} accepted: perhaps this is not a Kafka listener`,
    foreign,
  };
}
