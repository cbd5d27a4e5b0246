import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";

/** What watching the polls needs. */
export interface PollWatchPorts {
  readonly clock: Clock;
  readonly limitMs: number;
  /** No poll for so long. Told once, until the next poll. */
  readonly onOverdue: () => void;
  /** Polled again after it was overdue. */
  readonly onBack: () => void;
}

/**
 * Whether the consumer polls often enough for its group (Java's max.poll.interval.ms).
 *
 *              no poll for limitMs
 *     in time ────────────────────▶ overdue ── a poll begins ──▶ in time
 *
 * A poll that waits for records counts as polling for as long as it waits.
 */
export class PollWatch {
  readonly #ports: PollWatchPorts;
  #timer: Disposable | undefined;
  #polling = 0;
  #overdueSince: number | undefined;
  #isClosed = false;

  constructor(ports: PollWatchPorts) {
    this.#ports = ports;
  }

  /** Since when polls have been missing for too long. */
  get overdueSince(): number | undefined {
    return this.#overdueSince;
  }

  start(): void {
    this.#await();
  }

  pollBegins(): void {
    this.#polling++;
    this.#timer?.dispose();
    if (this.#overdueSince === undefined) return;
    this.#overdueSince = undefined;
    this.#ports.onBack();
  }

  pollEnds(): void {
    this.#polling--;
    this.#await();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.dispose();
  }

  #await(): void {
    const { clock, limitMs, onOverdue } = this.#ports;
    if (this.#polling > 0 || this.#isClosed) return;
    this.#timer?.dispose();
    this.#timer = clock.schedule(limitMs, () => {
      this.#overdueSince = clock.now();
      onOverdue();
    });
  }
}
