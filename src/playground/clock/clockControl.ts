import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import type { Observe } from "#trace/observation.ts";
import type { Playground } from "../playground.ts";
import { PlaygroundError } from "../playgroundError.ts";
import type { ConnectedClient } from "../server/clientConnection.ts";
import type { ClockMode, PlaygroundClock } from "./playgroundClock.ts";

/** What is asked of the clock of a playground. */
export interface ClockControlOptions {
  readonly clock: PlaygroundClock;
  readonly playground: Playground;
  readonly observe: Observe;
  /** Whether a client waits by the playground's clock; all others are foreign. */
  isOwn(client: ConnectedClient): boolean;
}

/** Less than this beside the real time is what anything takes. */
const noticeableMs = 1_000;

/** A step no longer than this: its timers are run one by one. */
const longestStepMs = 7 * 86_400_000;

/**
 * The hand on a playground's clock. A foreign client waits by the real time: while one is connected the clock neither
 * stands still nor runs ahead, and when one comes it is real again. Who that is, it tells as long as they are there.
 */
export class ClockControl implements Disposable {
  readonly #options: ClockControlOptions;
  readonly #owned = new DisposableStore();
  /** Foreign clients by where they connect from, as they last named themselves. */
  readonly #foreign = new Map<string, string>();

  constructor(options: ClockControlOptions) {
    this.#options = options;
    const { clock, playground } = options;
    this.#owned.add(clock.onChanged(() => this.#report()));
    this.#owned.add(playground.onClientKnown((client) => this.#known(client)));
    this.#owned.add(playground.onConnectionEnded(({ remote }) => this.#gone(remote)));
    for (const client of playground.clients()) this.#known(client);
  }

  get mode(): ClockMode {
    return this.#options.clock.mode;
  }

  get now(): number {
    return this.#options.clock.now();
  }

  /** Throws PlaygroundError while a foreign client is connected, unless time is to be real. */
  set(mode: ClockMode): void {
    const { clock } = this.#options;
    switch (mode) {
      case "real":
        clock.real();
        break;
      case "paused":
        this.#refuseForeign("stand still");
        clock.pause();
        break;
      case "fast":
        this.#refuseForeign("run ahead");
        clock.fast();
        break;
    }
  }

  /** Lets time pass at once, and leaves the clock paused; false when that was ended before it was over. */
  step(ms: number, signal?: AbortSignal): Promise<boolean> {
    if (!(ms > 0 && ms <= longestStepMs)) {
      const message = `A step is more than 0 and at most ${longestStepMs} ms, not ${ms}.`;
      return Promise.reject(new PlaygroundError("INVALID_STEP", message));
    }
    try {
      this.#refuseForeign("be moved");
    } catch (error) {
      return Promise.reject(error as PlaygroundError);
    }
    return this.#options.clock.step(ms, signal);
  }

  /** Lets the time pass that the clock is behind, and time is real then; false when that was ended before. */
  async catchUp(signal?: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    if (clock.aheadMs > noticeableMs) {
      throw new PlaygroundError(
        "CLOCK_AHEAD",
        "The clock is ahead of the real time, not behind it, and time never goes back: it stays ahead until the playground is stopped.",
      );
    }
    this.#refuseForeign("catch up");
    return clock.catchUp(signal);
  }

  /** Time is real again: whoever waits in it is to come to an end. */
  dispose(): void {
    this.#options.clock.real();
    this.#owned.dispose();
  }

  #refuseForeign(what: string): void {
    const [first] = this.#foreign;
    if (first === undefined) return;
    const [remote, clientId] = first;
    const others = this.#foreignNames.length - 1;
    const who = clientId === "" ? remote : `${clientId} (${remote})`;
    throw new PlaygroundError(
      "FOREIGN_CLIENTS",
      `The clock cannot ${what} while ${who}${others > 0 ? ` and ${others} more` : ""} is connected: a foreign client waits by the real time. Disconnect it first.`,
    );
  }

  #known(client: ConnectedClient): void {
    const { clock, isOwn } = this.#options;
    const before = this.#foreignText;
    if (isOwn(client)) this.#foreign.delete(client.remote);
    else this.#foreign.set(client.remote, client.clientId);
    const after = this.#foreignText;
    if (after !== undefined && clock.mode !== "real") clock.real();
    else if (after !== before) this.#report();
  }

  #gone(remote: string): void {
    const before = this.#foreignText;
    this.#foreign.delete(remote);
    if (this.#foreignText !== before) this.#report();
  }

  /** One client has several connections: it is named once. */
  get #foreignNames(): readonly string[] {
    return [...new Set(Array.from(this.#foreign, ([remote, clientId]) => clientId || remote))];
  }

  get #foreignText(): string | undefined {
    const [first, ...others] = this.#foreignNames;
    return others.length > 0 ? `${first} and ${others.length} more` : first;
  }

  #report(): void {
    const { clock, observe } = this.#options;
    const { mode, aheadMs } = clock;
    observe({ type: "broker.clock", mode, now: clock.now(), aheadMs, foreign: this.#foreignText });
  }
}
