import { CancelledError } from "#base/clock.ts";
import { EngineError } from "#engine/engineError.ts";
import type { VirtualClock } from "#test/support/virtualClock.ts";
import type { Verdict } from "./violation.ts";

interface Order {
  readonly what: string;
  readonly since: number;
  dueAt: number;
}

/** Timers of one instant run in any order, so an order may settle just after its deadline's timer could have. */
const graceMs = 1;

/** Everything that was asked of sessions and has not settled: each has to, by the time it was promised for. */
export class Orders {
  readonly #clock: VirtualClock;
  readonly #verdict: Verdict;
  readonly #pending = new Set<Order>();

  constructor(clock: VirtualClock, verdict: Verdict) {
    this.#clock = clock;
    this.#verdict = verdict;
    clock.explainWith(() => this.describe());
  }

  get count(): number {
    return this.#pending.size;
  }

  /**
   * Follows `work`, which has to settle within `limitMs`, or as soon as `signal` aborts; `done` is told its result.
   * Refusals in words are fine, anything else is a violation.
   */
  follow<T>(
    {
      what,
      limitMs,
      signal,
    }: { readonly what: string; readonly limitMs: number; readonly signal?: AbortSignal | undefined },
    work: Promise<T>,
    done?: (result: T) => void,
  ): void {
    const since = this.#clock.now();
    const order: Order = { what, since, dueAt: since + limitMs + graceMs };
    this.#pending.add(order);
    const cancelled = () => {
      order.dueAt = Math.min(order.dueAt, this.#clock.now() + graceMs);
    };
    signal?.addEventListener("abort", cancelled, { once: true });
    const settled = () => {
      signal?.removeEventListener("abort", cancelled);
      this.#pending.delete(order);
      this.#checkTime(order);
    };
    work.then(
      (result) => {
        settled();
        done?.(result);
      },
      (failure: unknown) => {
        settled();
        if (CancelledError.is(failure) || EngineError.is(failure)) return;
        const text =
          failure instanceof Error
            ? `${failure.name}: ${failure.message}\n${failure.stack}`
            : String(failure);
        this.#verdict.fail("refusal", `${what} was answered with ${text}`);
      },
    );
  }

  /** Nothing may be overdue. */
  check(): void {
    for (const order of this.#pending) this.#checkTime(order);
  }

  describe(): readonly string[] {
    const now = this.#clock.now();
    return Array.from(this.#pending, ({ what, since }) => `${what}, for ${now - since} ms`);
  }

  #checkTime({ what, since, dueAt }: Order): void {
    const now = this.#clock.now();
    if (now > dueAt)
      this.#verdict.fail(
        "deadline",
        `${what} should have settled ${now - dueAt} ms ago (asked ${now - since} ms ago)`,
      );
  }
}
