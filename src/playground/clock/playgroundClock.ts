import type { Clock } from "#base/clock.ts";
import { Emitter, type Event } from "#base/events.ts";
import type { Disposable } from "#base/lifecycle.ts";

/** How the time of a playground passes. */
export type ClockMode = "real" | "paused" | "fast";

interface Timer {
  readonly at: number;
  /** Decides between timers of the same instant: first come, first served. */
  readonly serial: number;
  readonly run: () => void;
  /** At the clock behind this one, while time is real. */
  handle: Disposable | undefined;
}

/** What a clock needs to know of the world while it moves by itself. */
interface ClockOptions {
  /** Settles when what a timer set off has come to rest: between two timers, no time passes. */
  readonly settle?: (() => Promise<void>) | undefined;
}

/**
 * The time of a playground and of everybody on it. It passes as the clock behind it does, stands still, moves by steps,
 * or runs from one timer to the next.
 *
 *            pause                    step(ms): paused still, later
 *   real ───────────▶ paused ◀──────────────────────────────────────┐
 *    ▲  ◀───────────   │  ▲  └───────────────────────────────────────┘
 *    │      real       │  │
 *    │ real       fast ▼  │ pause
 *    └─────────────── fast
 *
 * It never goes backwards or leaves time out: what it was ahead or behind it stays when it is real again. What it is
 * behind it can catch up with: it runs fast then, and is real as soon as it shows what the clock behind it does.
 */
export class PlaygroundClock implements Clock {
  readonly #behind: Clock;
  readonly #settle: () => Promise<void>;
  readonly #timers = new Set<Timer>();
  readonly #changed = new Emitter<ClockMode>();
  #mode: ClockMode = "real";
  /** While time is real: what is added to the clock behind. Else where time stands. */
  #aheadMs = 0;
  #standsAt = 0;
  #serial = 0;
  /** A move of time that was begun; a later one, or another mode, ends it. */
  #move = 0;
  /** The move that is real again once it has caught up. */
  #catchUp: number | undefined;
  #timerCame: (() => void) | undefined;

  constructor(behind: Clock, { settle = () => behind.yieldTurn() }: ClockOptions = {}) {
    this.#behind = behind;
    this.#settle = settle;
  }

  get mode(): ClockMode {
    return this.#mode;
  }

  /** How far it is ahead of the clock behind it; below zero after a pause. */
  get aheadMs(): number {
    return this.now() - this.#behind.now();
  }

  /** Fires when the mode has changed, and after each step. */
  get onChanged(): Event<ClockMode> {
    return this.#changed.event;
  }

  now(): number {
    return this.#mode === "real" ? this.#behind.now() + this.#aheadMs : this.#standsAt;
  }

  schedule(delayMs: number, run: () => void): Disposable {
    const timer: Timer = {
      at: this.now() + Math.max(0, delayMs),
      serial: this.#serial++,
      run,
      handle: undefined,
    };
    this.#timers.add(timer);
    if (this.#mode === "real") this.#arm(timer, delayMs);
    this.#timerCame?.();
    return {
      dispose: () => {
        this.#timers.delete(timer);
        timer.handle?.dispose();
      },
    };
  }

  yieldTurn(): Promise<void> {
    return this.#behind.yieldTurn();
  }

  /** Time stands still. */
  pause(): void {
    if (this.#mode === "paused") return;
    this.#leaveReal();
    this.#become("paused");
  }

  /** Time passes as it does elsewhere, from where it stands. */
  real(): void {
    if (this.#mode === "real") return;
    this.#move++;
    this.#aheadMs = this.#standsAt - this.#behind.now();
    this.#become("real");
    for (const timer of this.#timers) this.#arm(timer, timer.at - this.now());
  }

  /** Time goes from one timer to the next without waiting, until told otherwise. */
  fast(): void {
    if (this.#mode === "fast" && this.#catchUp !== this.#move) return;
    this.#leaveReal();
    this.#become("fast");
    void this.#run(() => Number.POSITIVE_INFINITY);
  }

  /**
   * Runs fast until it shows what the clock behind it does, and is real then. False when it was ended before: told to
   * be otherwise it is that; by the signal it is real from where it came to.
   */
  async catchUp(signal?: AbortSignal): Promise<boolean> {
    if (this.aheadMs < 0) {
      this.#leaveReal();
      this.#become("fast");
      // The next move is the run's.
      const move = this.#move + 1;
      this.#catchUp = move;
      const isDone = await this.#run(() => this.#behind.now(), signal);
      if (move !== this.#move) return false;
      if (!isDone) {
        this.real();
        return false;
      }
      this.#standsAt = this.#behind.now();
    }
    this.real();
    return true;
  }

  /** Lets `ms` pass at once while time stands still; false when it was ended before they had passed. */
  async step(ms: number, signal?: AbortSignal): Promise<boolean> {
    this.pause();
    const until = this.#standsAt + ms;
    const isDone = await this.#run(() => until, signal);
    if (!isDone) return false;
    this.#standsAt = until;
    this.#changed.fire(this.#mode);
    return true;
  }

  #become(mode: ClockMode): void {
    this.#mode = mode;
    this.#changed.fire(mode);
  }

  /** Takes the timers off the clock behind; nothing that was begun before goes on. */
  #leaveReal(): void {
    this.#move++;
    this.#standsAt = this.now();
    for (const timer of this.#timers) {
      timer.handle?.dispose();
      timer.handle = undefined;
    }
  }

  #arm(timer: Timer, delayMs: number): void {
    timer.handle = this.#behind.schedule(Math.max(0, delayMs), () => this.#fire(timer));
  }

  #fire(timer: Timer): void {
    if (!this.#timers.delete(timer)) return;
    timer.run();
  }

  /** Runs timers in their order up to an instant, which may move; false when it was ended before. */
  async #run(until: () => number, signal?: AbortSignal): Promise<boolean> {
    const move = ++this.#move;
    for (;;) {
      await this.#settle();
      if (move !== this.#move || signal?.aborted) return false;
      const next = this.#earliest();
      const end = until();
      if (next !== undefined && next.at <= end) {
        this.#standsAt = Math.max(this.#standsAt, next.at);
        this.#fire(next);
      } else if (end === Number.POSITIVE_INFINITY) {
        await this.#untilTimerOrMode();
      } else {
        return true;
      }
    }
  }

  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) {
      if (earliest === undefined || isBefore(timer, earliest)) earliest = timer;
    }
    return earliest;
  }

  /** Without a timer there is nothing to run to. */
  #untilTimerOrMode(): Promise<void> {
    return new Promise((resolve) => {
      const proceed = () => {
        this.#timerCame = undefined;
        subscription.dispose();
        resolve();
      };
      const subscription = this.#changed.event(proceed);
      this.#timerCame = proceed;
    });
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at === b.at ? a.serial < b.serial : a.at < b.at;
}
