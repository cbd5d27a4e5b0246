import { CancelledError, type Clock, sleep } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";

/** The part of an engine session that a script drives. */
export interface DrivenSession {
  poll(options: {
    readonly maxRecords: number;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<readonly unknown[]>;
  commit(options: {
    readonly deadlineMs: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<unknown>;
}

/** How a well-behaved member works. */
export interface SteadyPace {
  readonly maxRecords: number;
  /** Between two polls: what an application would do with the records. */
  readonly workMs: number;
  readonly commitIntervalMs: number;
  readonly commitDeadlineMs: number;
}

/** Quick enough to keep up with the playground's default scene, slow enough to watch. */
const steadyPace: SteadyPace = {
  maxRecords: 50,
  workMs: 200,
  commitIntervalMs: 2_000,
  commitDeadlineMs: 30_000,
};

const pollWaitMs = 1_000;

/**
 * Polls and commits steadily until disposed, as an application would. A failing commit does not stop it: the next one
 * carries the newer positions.
 */
export class ScriptedMember implements Disposable {
  readonly #session: DrivenSession;
  readonly #clock: Clock;
  readonly #pace: SteadyPace;
  readonly #onFailure: (error: unknown) => void;
  readonly #stopped = new AbortController();

  constructor(options: {
    readonly session: DrivenSession;
    readonly clock: Clock;
    readonly pace?: SteadyPace | undefined;
    /** Told when polling is no longer possible; the member stops then. */
    readonly onFailure: (error: unknown) => void;
  }) {
    this.#session = options.session;
    this.#clock = options.clock;
    this.#pace = options.pace ?? steadyPace;
    this.#onFailure = options.onFailure;
  }

  start(): void {
    void this.#work(this.#stopped.signal);
  }

  dispose(): void {
    this.#stopped.abort();
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { maxRecords, workMs, commitIntervalMs, commitDeadlineMs } = this.#pace;
    let consumed = 0;
    let committedAt = this.#clock.now();
    let committing = false;
    try {
      while (!signal.aborted) {
        const records = await this.#session.poll({ maxRecords, timeoutMs: pollWaitMs, signal });
        consumed += records.length;
        if (consumed > 0 && !committing && this.#clock.now() - committedAt >= commitIntervalMs) {
          consumed = 0;
          committedAt = this.#clock.now();
          committing = true;
          // Not awaited: a slow answer must not keep the member from polling, or it would be evicted for it.
          this.#session.commit({ deadlineMs: commitDeadlineMs, signal }).then(
            () => (committing = false),
            () => (committing = false),
          );
        }
        await sleep(this.#clock, workMs, signal);
      }
    } catch (error) {
      if (signal.aborted || CancelledError.is(error, "aborted")) return;
      this.#onFailure(error);
    }
  }
}
