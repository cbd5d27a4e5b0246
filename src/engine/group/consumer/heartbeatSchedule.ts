import type { Clock } from "#base/clock.ts";

/** Kafka's default of group.consumer.heartbeat.interval.ms, until the broker says its own. */
const usualIntervalMs = 5_000;
/** When no answer came the session lasts a while without heartbeats, so the next one comes sooner. */
const soonMs = 500;
/** So many heartbeats in a row go out as soon as there is news; after that, one in this time. */
const hurriedAtOnce = 10;
const hurriedMs = 200;

/** When the next heartbeat is due: at the broker's interval, at once when there is news, soon after a failure. */
export class HeartbeatSchedule {
  readonly #clock: Clock;
  #intervalMs = usualIntervalMs;
  #dueAt = 0;
  /** When it would be due without news. */
  #regularAt = 0;
  #isFailing = false;
  /** Heartbeats in a row that did not wait for the interval. */
  #hurried = 0;
  #wake: ((reason?: unknown) => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An interval that makes no sense leaves it as it is. */
  succeeded(intervalMs: number | undefined): void {
    this.#isFailing = false;
    this.#intervalMs = intervalMs ?? this.#intervalMs;
    const wasHurried = this.#dueAt < this.#regularAt;
    this.#hurried = wasHurried ? this.#hurried + 1 : 0;
    this.#regularAt = this.#clock.now() + this.#intervalMs;
    this.#dueAt = this.#regularAt;
  }

  failed(): void {
    this.#isFailing = true;
    this.#dueAt = this.#clock.now() + Math.min(this.#intervalMs, soonMs);
  }

  /**
   * There is news. While heartbeats fail it waits for the next one; a coordinator that wants something else each time is
   * told in its turn, not as fast as it answers.
   */
  hurry(): void {
    if (this.#isFailing) return;
    const pauseMs = this.#hurried < hurriedAtOnce ? 0 : hurriedMs;
    this.#dueAt = Math.min(this.#dueAt, this.#clock.now() + pauseMs);
    this.#wake?.();
  }

  /** Settles when a heartbeat is due, or `signal` aborts. */
  async due(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#clock.now() < this.#dueAt) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const timer = this.#clock.schedule(this.#dueAt - this.#clock.now(), () => resolve(undefined));
      this.#wake = resolve;
      signal.addEventListener("abort", resolve, { once: true });
      await promise;
      signal.removeEventListener("abort", resolve);
      this.#wake = undefined;
      timer.dispose();
    }
  }
}
