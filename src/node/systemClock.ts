import type { Clock } from "#base/clock.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";

/** Timers of Node take at most this many milliseconds; a longer wait would fire at once. */
const longestTimerMs = 0x7fff_ffff;

/** How far the wall clock may run ahead before we follow it: a machine that slept is hours ahead. */
const toleratedJumpMs = 1_000;

/** The real time, kept from going backwards, and Node's timers. */
class SystemClock implements Clock {
  #epochMs = Date.now() - performance.now();

  now(): number {
    const steady = this.#epochMs + performance.now();
    const ahead = Date.now() - steady;
    if (ahead <= toleratedJumpMs) return steady;
    this.#epochMs += ahead;
    return steady + ahead;
  }

  schedule(delayMs: number, run: () => void): Disposable {
    let timer: NodeJS.Timeout;
    const wait = (restMs: number) => {
      const stepMs = Math.min(restMs, longestTimerMs);
      timer = setTimeout(() => (restMs > stepMs ? wait(restMs - stepMs) : run()), stepMs);
    };
    wait(Math.max(0, delayMs));
    return toDisposable(() => clearTimeout(timer));
  }

  yieldTurn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

/** The clock of everything that talks to the real world. */
export const systemClock: Clock = new SystemClock();
