import type { Clock } from "#base/clock.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";
import type { ObservationBody } from "./observation.ts";
import { weightOf } from "./weight.ts";

/** An observation on its way to the trace: when it was seen. */
export interface Passed {
  readonly at: number;
  readonly body: ObservationBody;
}

export interface GateLimits {
  /** Values a second before later ones replace earlier ones. */
  readonly perSecond: number;
  /** How long a replaced value is held back at most, while the source keeps to its rate. */
  readonly flushEveryMs: number;
}

export const defaultGateLimits: GateLimits = { perSecond: 1_000, flushEveryMs: 50 };

/**
 * Lets the observations of one source through up to a rate; above it, values wait, and a newer value of the same thing
 * replaces the one that waits. Events always pass, after the values that wait: whoever folds must not see a
 * partition's position after its removal.
 */
export class SourceGate implements Disposable {
  readonly #clock: Clock;
  readonly #pace: Clock;
  readonly #limits: GateLimits;
  readonly #pass: (passed: Passed) => void;
  /** In order of arrival of the value that waits. */
  readonly #waiting = new Map<string, Passed>();
  #timer: Disposable = toDisposable(() => {});
  #timerRuns = false;
  #tokens: number;
  #refilledAt: number;
  #merged = 0;
  #mergedSince: number | undefined;

  constructor(
    clocks: { readonly clock: Clock; readonly pace?: Clock | undefined },
    pass: (passed: Passed) => void,
    limits: GateLimits = defaultGateLimits,
  ) {
    const { clock, pace = clock } = clocks;
    this.#clock = clock;
    this.#pace = pace;
    this.#pass = pass;
    this.#limits = limits;
    this.#tokens = limits.perSecond;
    this.#refilledAt = pace.now();
  }

  take(body: ObservationBody): void {
    const at = this.#clock.now();
    const weight = weightOf(body);
    if (weight.kind === "event") {
      if (weight.afterValues) this.#flush(Number.POSITIVE_INFINITY);
      this.#tokens -= 1;
      this.#pass({ at, body });
      return;
    }
    const { key } = weight;
    this.#refill(this.#pace.now());
    if (this.#tokens >= 1 && this.#waiting.size === 0) {
      this.#tokens -= 1;
      this.#pass({ at, body });
      return;
    }
    if (this.#waiting.delete(key)) {
      this.#merged += 1;
      this.#mergedSince ??= at;
    }
    this.#waiting.set(key, { at, body });
    this.#schedule();
  }

  /** How many values were replaced since the last time this was asked. */
  takeMerged(): { readonly count: number; readonly sinceAt: number } | undefined {
    if (this.#merged === 0 || this.#mergedSince === undefined) return undefined;
    const merged = { count: this.#merged, sinceAt: this.#mergedSince };
    this.#merged = 0;
    this.#mergedSince = undefined;
    return merged;
  }

  /** Lets everything through that waits. */
  drain(): void {
    this.#flush(Number.POSITIVE_INFINITY);
  }

  dispose(): void {
    this.#timer.dispose();
    this.drain();
  }

  #schedule(): void {
    if (this.#timerRuns) return;
    this.#timerRuns = true;
    this.#timer = this.#pace.schedule(this.#limits.flushEveryMs, () => {
      this.#timerRuns = false;
      this.#refill(this.#pace.now());
      this.#flush(Math.max(0, Math.floor(this.#tokens)));
      if (this.#waiting.size > 0) this.#schedule();
    });
  }

  #flush(count: number): void {
    let left = count;
    for (const [key, passed] of this.#waiting) {
      if (left <= 0) return;
      left -= 1;
      this.#tokens -= 1;
      this.#waiting.delete(key);
      this.#pass(passed);
    }
  }

  #refill(now: number): void {
    const earned = ((now - this.#refilledAt) * this.#limits.perSecond) / 1_000;
    this.#refilledAt = now;
    // Events may have overdrawn; a debt of more than a second would silence values for longer than anyone understands.
    this.#tokens = Math.min(this.#limits.perSecond, Math.max(-this.#limits.perSecond, this.#tokens) + earned);
  }
}
