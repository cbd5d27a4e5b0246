import { type Clock, sleep } from "#base/clock.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { SessionCallback } from "#trace/observations/session.ts";
import type { CallbackDelays } from "../consumerOptions.ts";
import { errorText } from "../engineError.ts";
import type { RebalanceGate } from "./rebalanceGate.ts";

/** What an application does when partitions change hands; `closed` aborts when the session ends. */
export type RebalanceCallback = (
  partitions: readonly TopicPartition[],
  closed: AbortSignal,
) => Promise<void> | void;

/**
 * The application's callbacks, as Java's ConsumerRebalanceListener has them. `assigned` comes before the first record of
 * the partitions; `revoked` while they are still owned, so commits in it work; `lost` when they are somebody else's
 * already. Each may take its time: heartbeats go on. One runs after the other.
 */
export interface RebalanceCallbacks {
  readonly assigned?: RebalanceCallback | undefined;
  readonly revoked?: RebalanceCallback | undefined;
  readonly lost?: RebalanceCallback | undefined;
}

export type CallbackKind = keyof RebalanceCallbacks;

/** What running callbacks needs of the consumer they belong to. */
export interface CallbackRunnerPorts {
  readonly clock: Clock;
  readonly sessionId: string;
  readonly callbacks: RebalanceCallbacks | undefined;
  readonly delays: CallbackDelays;
  readonly closed: AbortSignal;
  /** None begins while records of a poll are being processed, and no poll returns records while one runs. */
  readonly gate: RebalanceGate;
  readonly observe: (observation: SessionCallback) => void;
}

/** Runs the callbacks one after the other, and says how long each took. One that throws is reported, and that is all. */
export class CallbackRunner {
  readonly #ports: CallbackRunnerPorts;
  #last: Promise<void> = Promise.resolve();
  #running: SessionCallback | undefined;

  constructor(ports: CallbackRunnerPorts) {
    this.#ports = ports;
  }

  /** The callback that runs now. */
  get running(): SessionCallback | undefined {
    return this.#running;
  }

  has(kind: CallbackKind): boolean {
    const { callbacks, delays } = this.#ports;
    return callbacks?.[kind] !== undefined || delays[`${kind}Ms`] > 0;
  }

  /** Settles when it and all before it ended. Never rejects. */
  run(kind: CallbackKind, partitions: readonly TopicPartition[]): Promise<void> {
    if (this.has(kind)) this.#last = this.#last.then(() => this.#run(kind, partitions));
    return this.#last;
  }

  /** Settles when none runs. */
  idle(): Promise<void> {
    return this.#last;
  }

  async #run(kind: CallbackKind, partitions: readonly TopicPartition[]): Promise<void> {
    const { clock, sessionId, callbacks, delays, closed, gate, observe } = this.#ports;
    const passage = await gate.pass({ kind: "callback", callback: kind, partitions }, closed);
    if (!passage) return;
    const begun: SessionCallback = {
      type: "session.callback",
      sessionId,
      callback: kind,
      partitions,
      startedAt: clock.now(),
    };
    this.#running = begun;
    observe(begun);
    let error: string | undefined;
    try {
      if (delays[`${kind}Ms`] > 0) await sleep(clock, delays[`${kind}Ms`], closed);
      await callbacks?.[kind]?.(partitions, closed);
    } catch (failure) {
      error = errorText(failure);
    }
    this.#running = undefined;
    observe({ ...begun, endedAt: clock.now(), error });
    passage.dispose();
  }
}
