import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";

/** Something that can give memory back. */
export interface Shedder {
  /** Lets go what is oldest; says what that was, in words, or undefined when there was nothing. */
  shed(): string | undefined;
}

const lookEveryMs = 1_000;
/** A thread that runs out of memory can take the whole editor's extension host with it, so this is early. */
const shedAbove = 0.7;

/** Watches the worker's memory and sheds load before it runs out, saying what was let go. */
export class MemoryGuard implements Disposable {
  readonly #clock: Clock;
  readonly #heap: () => { readonly usedBytes: number; readonly limitBytes: number };
  readonly #shedders: readonly Shedder[];
  readonly #say: (message: string) => void;
  readonly #shed: string[] = [];
  #timer: Disposable;

  constructor(options: {
    readonly clock: Clock;
    readonly heap: () => { readonly usedBytes: number; readonly limitBytes: number };
    readonly shedders: readonly Shedder[];
    readonly say: (message: string) => void;
  }) {
    this.#clock = options.clock;
    this.#heap = options.heap;
    this.#shedders = options.shedders;
    this.#say = options.say;
    this.#timer = this.#schedule();
  }

  /** What was let go so far, newest last. */
  get shed(): readonly string[] {
    return this.#shed;
  }

  dispose(): void {
    this.#timer.dispose();
  }

  #schedule(): Disposable {
    return this.#clock.schedule(lookEveryMs, () => {
      this.#look();
      this.#timer = this.#schedule();
    });
  }

  #look(): void {
    const { usedBytes, limitBytes } = this.#heap();
    if (usedBytes < limitBytes * shedAbove) return;
    const given = this.#shedders.map((each) => each.shed()).filter((each) => each !== undefined);
    if (given.length === 0) return;
    const message = `Memory is short (${Math.round(usedBytes / 1_048_576)} MB used): ${given.join(", ")}.`;
    this.#shed.push(message);
    if (this.#shed.length > 100) this.#shed.shift();
    this.#say(message);
  }
}
