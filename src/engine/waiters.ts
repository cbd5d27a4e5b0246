import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";

/** Those who wait for something new: woken together, or each by its time or a signal, whichever is first. */
export class Waiters {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** There may be something new for everybody who waits now. */
  wake(): void {
    for (const resolve of Array.from(this.#waiting)) resolve();
  }

  /** Never rejects: whoever waited looks for itself what ended it. */
  wait(limitMs: number, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    return new Promise((resolve) => {
      let timer: Disposable | undefined;
      const done = () => {
        this.#waiting.delete(done);
        timer?.dispose();
        for (const signal of signals) signal?.removeEventListener("abort", done);
        resolve();
      };
      this.#waiting.add(done);
      for (const signal of signals) signal?.addEventListener("abort", done, { once: true });
      timer = this.#clock.schedule(limitMs, done);
    });
  }
}
