import { CancelledError, type Clock, sleep } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import type { PollMode } from "#trace/observations/session.ts";

/** The part of a session that delivers. */
export interface Pollable {
  poll(options: {
    readonly maxRecords: number;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<readonly ConsumedRecord[]>;
}

/** Small enough that taking them all stays well below the 10 ms the worker may be busy. */
const flowBatchRecords = 500;
const flowWaitMs = 1_000;
/** A rate is kept by this many turns a second at most. */
const shortestTurnMs = 50;

/**
 * Decides when records are delivered: in *hold* when told, in *flow* by itself, as fast as records come or at a rate.
 * A changed mode ends what polls in the mode before, also a poll that still waits for its first record: nothing is
 * delivered unasked after *hold* was ordered.
 */
export class PollDriver implements Disposable {
  readonly #session: Pollable;
  readonly #clock: Clock;
  readonly #deliver: (records: readonly ConsumedRecord[]) => void;
  readonly #onFailure: (error: unknown) => void;
  #mode: PollMode = { mode: "hold" };
  /** Aborts when the mode changes. */
  #era = new AbortController();
  #disposed = false;

  constructor(options: {
    readonly session: Pollable;
    readonly clock: Clock;
    readonly deliver: (records: readonly ConsumedRecord[]) => void;
    readonly onFailure: (error: unknown) => void;
  }) {
    this.#session = options.session;
    this.#clock = options.clock;
    this.#deliver = options.deliver;
    this.#onFailure = options.onFailure;
  }

  get mode(): PollMode {
    return this.#mode;
  }

  setMode(mode: PollMode): void {
    this.#era.abort();
    this.#mode = mode;
    if (this.#disposed) return;
    this.#era = new AbortController();
    if (mode.mode === "flow") void this.#flow(mode.recordsPerSecond, this.#era.signal);
  }

  /**
   * Delivers once, up to so many; waits up to `timeoutMs` for the first, and no longer than the mode lasts: then it is
   * none. Rejects with CancelledError when `signal` aborts.
   */
  async poll(maxRecords: number, timeoutMs: number, signal?: AbortSignal): Promise<number> {
    const era = this.#era.signal;
    try {
      return await this.#take(maxRecords, timeoutMs, signal ? AbortSignal.any([era, signal]) : era);
    } catch (error) {
      if (era.aborted && !signal?.aborted && CancelledError.is(error, "aborted")) return 0;
      throw error;
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#era.abort();
  }

  async #take(maxRecords: number, timeoutMs: number, signal: AbortSignal): Promise<number> {
    const records = await this.#session.poll({ maxRecords, timeoutMs, signal });
    if (records.length > 0) this.#deliver(records);
    return records.length;
  }

  async #flow(recordsPerSecond: number | undefined, signal: AbortSignal): Promise<void> {
    const pace = recordsPerSecond === undefined ? undefined : new Pace(this.#clock, recordsPerSecond);
    try {
      while (!signal.aborted) {
        const allowed = pace ? await pace.allowance(signal) : flowBatchRecords;
        const delivered = await this.#take(Math.min(allowed, flowBatchRecords), flowWaitMs, signal);
        pace?.spend(delivered);
        // Everything else in the worker gets its turn, whatever comes in.
        await this.#clock.yieldTurn();
      }
    } catch (error) {
      if (signal.aborted || CancelledError.is(error, "aborted")) return;
      this.#onFailure(error);
    }
  }
}

/** So many records a second, evenly; what was not used is not saved up beyond one turn. */
class Pace {
  readonly #clock: Clock;
  readonly #perSecond: number;
  #credit = 1;
  #creditAt: number;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#creditAt = clock.now();
  }

  /** How many may be delivered now; waits until it is at least one. */
  async allowance(signal: AbortSignal): Promise<number> {
    this.#earn();
    if (this.#credit < 1) {
      const missingMs = ((1 - this.#credit) / this.#perSecond) * 1_000;
      await sleep(this.#clock, Math.max(shortestTurnMs, missingMs), signal);
      this.#earn();
    }
    return Math.max(1, Math.floor(this.#credit));
  }

  spend(records: number): void {
    this.#credit -= records;
  }

  #earn(): void {
    const now = this.#clock.now();
    const earned = ((now - this.#creditAt) / 1_000) * this.#perSecond;
    this.#credit = Math.min(
      this.#credit + earned,
      Math.max(1, this.#perSecond * ((2 * shortestTurnMs) / 1_000), earned),
    );
    this.#creditAt = now;
  }
}
