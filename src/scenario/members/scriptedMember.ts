import { CancelledError, type Clock, sleep } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Random } from "#base/random.ts";
import { CommitKeeper, type Progress } from "./commitKeeper.ts";
import type { Pace, Span, Step } from "./memberScript.ts";

/** The part of an engine session that a script drives. */
export interface DrivenSession {
  poll(options: {
    readonly maxRecords: number;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<readonly Progress[]>;
  commit(options: {
    /** By default every position. */
    readonly offsets?: readonly Progress[] | undefined;
    readonly deadlineMs: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<unknown>;
  allowRebalance(): void;
}

/** One life of a member: an engine session on a network of its own. */
export interface MemberLife {
  readonly session: DrivenSession;
  /** From now on no JoinGroup gets through to the broker. */
  swallowJoins(): void;
  /** Ends without a word to the group. */
  crash(): Promise<void>;
  leave(): Promise<void>;
}

/** What a scripted member is made of. */
export interface ScriptedMemberOptions {
  readonly pace: Pace;
  readonly steps: readonly Step[];
  readonly clock: Clock;
  readonly random: Random;
  /** Begins a life. The first failure is that of `start`; after that it is tried again. */
  readonly open: () => Promise<MemberLife>;
  /** Told why a life ended that the script did not end. */
  readonly onFailure: (error: unknown) => void;
}

const pollWaitMs = 1_000;
const commitDeadlineMs = 30_000;
/** As whoever looks after an application starts it again. */
const restartAfter: Span = { fromMs: 4_000, toMs: 6_000 };

/**
 * Goes through the steps of a script until disposed, life after life: a life that ends by itself (a fenced member) is
 * followed by another one, from the first step. A failing commit stops nothing: the next one carries newer positions.
 */
export class ScriptedMember implements Disposable {
  readonly #options: ScriptedMemberOptions;
  readonly #stopped = new AbortController();
  #life: MemberLife | undefined;

  constructor(options: ScriptedMemberOptions) {
    this.#options = options;
  }

  /** Begins the first life; rejects when that cannot be. */
  async start(): Promise<void> {
    this.#life = await this.#options.open();
    void this.#run();
  }

  /** Stops driving; the life under way is left to whoever opened it. */
  dispose(): void {
    this.#stopped.abort();
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      try {
        for (const step of this.#options.steps) await this.#perform(step);
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        this.#options.onFailure(error);
        await this.#endAfterFailure();
      }
    }
  }

  async #endAfterFailure(): Promise<void> {
    const life = this.#life;
    this.#life = undefined;
    await life?.crash().catch(() => {});
    await this.#pause(restartAfter).catch(() => {});
  }

  async #perform(step: Step): Promise<void> {
    switch (step.do) {
      case "work":
        await this.#work(await this.#alive(), this.#until(step.for));
        return;
      case "hang":
        await this.#hang(await this.#alive(), step.for === "ever" ? Number.POSITIVE_INFINITY : step.for);
        return;
      case "swallowJoins":
        (await this.#alive()).swallowJoins();
        return;
      case "crash":
      case "leave": {
        const life = this.#life;
        this.#life = undefined;
        await (step.do === "crash" ? life?.crash() : life?.leave());
        return;
      }
      case "rest":
        await this.#pause(step.for);
    }
  }

  async #alive(): Promise<MemberLife> {
    if (this.#life) return this.#life;
    const life = await this.#options.open();
    this.#life = life;
    // Whoever stopped the script meanwhile knew of no life to end.
    if (!this.#stopped.signal.aborted) return life;
    await life.leave();
    throw new CancelledError("aborted", "the script");
  }

  async #work({ session }: MemberLife, until: number): Promise<void> {
    const { clock, pace } = this.#options;
    const { signal } = this.#stopped;
    const keeper = new CommitKeeper(pace.commit, clock.now());
    let committing = false;
    while (clock.now() < until) {
      const records = await session.poll({ maxRecords: pace.maxRecords, timeoutMs: pollWaitMs, signal });
      keeper.consumed(records, clock.now());
      if (records.length > 0) await this.#pause(pace.workMs);
      const due = committing ? undefined : keeper.due(clock.now());
      if (due) {
        committing = true;
        const offsets = due === "positions" ? undefined : due;
        const done = () => (committing = false);
        // Not awaited: a slow answer must not keep the member from polling, or it would be evicted for it.
        session.commit({ offsets, deadlineMs: commitDeadlineMs, signal }).then(done, done);
      }
      session.allowRebalance();
    }
  }

  /** With records in its hands. */
  async #hang({ session }: MemberLife, span: Span): Promise<void> {
    const { signal } = this.#stopped;
    let taken = 0;
    while (taken === 0) taken = (await session.poll({ maxRecords: 1, timeoutMs: pollWaitMs, signal })).length;
    await this.#pause(span);
    session.allowRebalance();
  }

  #until(span: Span | "ever"): number {
    return span === "ever" ? Number.POSITIVE_INFINITY : this.#options.clock.now() + this.#take(span);
  }

  async #pause(span: Span): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopped;
    const ms = this.#take(span);
    if (Number.isFinite(ms)) await sleep(clock, ms, signal);
    else await aborted(signal);
  }

  #take(span: Span): number {
    if (typeof span === "number") return span;
    return span.fromMs + Math.floor(this.#options.random.next() * (span.toMs - span.fromMs));
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new CancelledError("aborted", "the script"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
