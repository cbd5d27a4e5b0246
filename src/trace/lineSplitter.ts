/** A line, or how long it was when it was too long to keep. */
export type Line =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "tooLong"; readonly bytes: number };

const newline = 10;

/** Cuts bytes into lines, wherever the chunks end; a line longer than `maxLineBytes` is passed over, not kept. */
export class LineSplitter {
  readonly #maxLineBytes: number;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: false });
  #parts: Uint8Array[] = [];
  #length = 0;
  #taken = 0;

  /** How many bytes the lines had that were taken so far, their ends included. */
  get takenBytes(): number {
    return this.#taken;
  }

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  *push(chunk: Uint8Array): Generator<Line> {
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(newline, start);
      if (end < 0) {
        this.#keep(chunk.subarray(start));
        return;
      }
      this.#keep(chunk.subarray(start, end));
      this.#taken += this.#length + 1;
      yield this.#take();
      start = end + 1;
    }
  }

  /** How much of a line has come whose end has not. */
  get pendingBytes(): number {
    return this.#length;
  }

  /** What stands after the last newline, if anything does. */
  end(): Line | undefined {
    this.#taken += this.#length;
    return this.#length === 0 ? undefined : this.#take();
  }

  #keep(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > this.#maxLineBytes) this.#parts = [];
    // A copy: whoever reads a file may use its buffer again.
    else this.#parts.push(part.slice());
  }

  #take(): Line {
    const bytes = this.#length;
    const parts = this.#parts;
    this.#parts = [];
    this.#length = 0;
    if (bytes > this.#maxLineBytes) return { kind: "tooLong", bytes };
    const whole = new Uint8Array(bytes);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return { kind: "line", text: this.#decoder.decode(whole) };
  }
}
