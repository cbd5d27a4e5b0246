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

/** A step no longer than this: its timers are run one by one. */
const longestStepMs = 7 * 86_400_000;

/**
 * The hand on a playground's clock. A foreign client waits by the real time: while one is connected the clock neither
 * stands still nor runs ahead, and when one comes it is real again.
 */
export class ClockControl implements Disposable {
  readonly #options: ClockControlOptions;
  readonly #owned = new DisposableStore();
  #reason: string | undefined;

  constructor(options: ClockControlOptions) {
    this.#options = options;
    const { clock, playground } = options;
    this.#owned.add(clock.onChanged(() => this.#report()));
    this.#owned.add(
      playground.onClientKnown((client) => {
        if (clock.mode === "real" || options.isOwn(client)) return;
        this.#because(`${nameOf(client)} came, which waits by the real time`, () => clock.real());
      }),
    );
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

  /** Time is real again: whoever waits in it is to come to an end. */
  dispose(): void {
    this.#options.clock.real();
    this.#owned.dispose();
  }

  #refuseForeign(what: string): void {
    const { playground, isOwn } = this.#options;
    const foreign = playground.clients().filter((client) => !isOwn(client));
    const [first] = foreign;
    if (first === undefined) return;
    const others = foreign.length > 1 ? ` and ${foreign.length - 1} more` : "";
    throw new PlaygroundError(
      "FOREIGN_CLIENTS",
      `The clock cannot ${what} while ${nameOf(first)}${others} is connected: a foreign client waits by the real time. Disconnect it first.`,
    );
  }

  #because(reason: string, change: () => void): void {
    this.#reason = reason;
    change();
    this.#reason = undefined;
  }

  #report(): void {
    const { clock, observe } = this.#options;
    const { mode, aheadMs } = clock;
    observe({ type: "broker.clock", mode, now: clock.now(), aheadMs, reason: this.#reason });
  }
}

function nameOf({ clientId, remote }: ConnectedClient): string {
  return clientId === "" ? remote : `${clientId} (${remote})`;
}
