import type { Clock } from "#base/clock.ts";

/** How long requests are served in one turn of the event loop (ARCHITECTURE.md, I3). */
const turnMs = 10;

/**
 * Shares the event loop with whatever else lives in the process. Serving a request that need not wait takes no turn of
 * the loop, so a client that pipelines would keep all others waiting for as long as it has requests.
 */
export class TurnShare {
  readonly #clock: Clock;
  #beganAt = 0;
  #over: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Settles once there is time left in a turn: at once, mostly. */
  async take(): Promise<void> {
    for (;;) {
      if (this.#over === undefined) {
        this.#beganAt = this.#clock.now();
        this.#over = this.#clock.yieldTurn().then(() => {
          this.#over = undefined;
        });
        return;
      }
      if (this.#clock.now() - this.#beganAt < turnMs) return;
      await this.#over;
    }
  }
}
