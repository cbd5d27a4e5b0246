import type { Clock } from "#base/clock.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";
import { type Random, seededRandom } from "#base/random.ts";

/** The simulated work can never finish, or not within its bounds; the message names what waits. */
export class SimulationError extends Error {
  override readonly name = "SimulationError";
  readonly code: "DEADLOCK" | "TIME_LIMIT" | "STEP_LIMIT" | "UNHANDLED_REJECTION";

  constructor(code: SimulationError["code"], message: string, options?: { cause?: unknown }) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }

  static is(error: unknown, ...codes: readonly SimulationError["code"][]): error is SimulationError {
    return error instanceof SimulationError && (codes.length === 0 || codes.includes(error.code));
  }
}

/** Bounds of one run: how far time may go, and how many events may happen. */
export interface RunLimit {
  readonly limitMs?: number;
  readonly maxSteps?: number;
  /** Named in the error when the run gets stuck. */
  readonly what?: string;
}

interface Timer {
  readonly at: number;
  /** Decides between timers of the same instant, so that a seed explores orders. */
  readonly rank: number;
  readonly serial: number;
  run: (() => void) | undefined;
}

/** Some fixed instant, so that texts with times are the same in every run. */
const defaultStart = Date.UTC(2030, 0, 1);

/**
 * Time that moves only from one scheduled event to the next. Between two events all promise work is drained by a
 * real `setImmediate` turn: that drains chains of any depth, which awaiting a fixed number of times does not.
 *
 * Same seed, same order of events: as long as nothing under test touches real time, chance, or asynchronous I/O.
 */
export class VirtualClock implements Clock {
  /** A binary heap, earliest first. Timers disposed of stay in it, empty, until they surface. */
  #heap: Timer[] = [];
  #emptied = 0;
  #now: number;
  #serial = 0;
  #steps = 0;
  readonly #random: Random;
  readonly #describers = new Set<() => readonly string[]>();

  constructor(options: { readonly seed?: number; readonly startMs?: number } = {}) {
    this.#random = seededRandom(options.seed ?? 1);
    this.#now = options.startMs ?? defaultStart;
  }

  now(): number {
    return this.#now;
  }

  /** Events run so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#heap.length - this.#emptied;
  }

  schedule(delayMs: number, run: () => void): Disposable {
    const timer: Timer = {
      at: this.#now + Math.max(0, delayMs),
      rank: this.#random.next(),
      serial: this.#serial++,
      run,
    };
    this.#push(timer);
    return {
      dispose: () => {
        if (timer.run === undefined) return;
        timer.run = undefined;
        this.#emptied++;
        if (this.#emptied > 64 && this.#emptied * 2 > this.#heap.length) this.#sweep();
      },
    };
  }

  yieldTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(0, resolve);
    });
  }

  /** Adds lines to the error of a run that got stuck: who waits for what. */
  explainWith(describe: () => readonly string[]): Disposable {
    this.#describers.add(describe);
    return toDisposable(() => this.#describers.delete(describe));
  }

  /**
   * Lets time pass until `work` settles, and gives its outcome. Throws SimulationError when nothing is left that
   * could settle it, or when the limits are reached first.
   */
  async runUntil<T>(work: Promise<T>, limit: RunLimit = {}): Promise<T> {
    const { limitMs = 3_600_000, maxSteps = 1_000_000, what = "the work" } = limit;
    const until = this.#now + limitMs;
    const lastStep = this.#steps + maxSteps;
    let settled = false;
    const onSettled = () => {
      settled = true;
    };
    work.then(onSettled, onSettled);
    await this.#inTurns(() => {
      if (settled) return "over";
      const next = this.#peek();
      if (next === undefined) {
        throw this.#stuck("DEADLOCK", `${what} has not settled and nothing is scheduled`);
      }
      if (next.at > until) throw this.#stuck("TIME_LIMIT", `${what} has not settled after ${limitMs} ms`);
      if (this.#steps >= lastStep) {
        throw this.#stuck("STEP_LIMIT", `${what} has not settled after ${maxSteps} events`);
      }
      this.#runNext();
      return "on";
    });
    return work;
  }

  /** Lets `ms` pass: runs everything due until then, in order. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.#inTurns(() => {
      const next = this.#peek();
      if (next === undefined || next.at > until) return "over";
      this.#runNext();
      return "on";
    });
    this.#now = until;
  }

  /** Takes turns until one says that it is over; throws what is rejected meanwhile without a handler. */
  async #inTurns(turn: () => "on" | "over"): Promise<void> {
    let rejection: { readonly cause: unknown } | undefined;
    const note = (cause: unknown) => {
      rejection ??= { cause };
    };
    process.on("unhandledRejection", note);
    try {
      await inTurns(() => {
        if (rejection === undefined) return turn();
        const { cause } = rejection;
        const text = cause instanceof Error ? cause.message : String(cause);
        throw new SimulationError("UNHANDLED_REJECTION", `in event ${this.#steps}: ${text}`, { cause });
      });
    } finally {
      process.off("unhandledRejection", note);
    }
  }

  #stuck(code: "DEADLOCK" | "TIME_LIMIT" | "STEP_LIMIT", message: string): SimulationError {
    const waiting = Array.from(this.#describers).flatMap((describe) => describe());
    const next = this.#peek();
    const lines = [
      `${message} (event ${this.#steps}, ${this.pending} timers${next ? `, next in ${next.at - this.#now} ms` : ""})`,
      ...waiting.map((line) => `  waiting: ${line}`),
    ];
    return new SimulationError(code, lines.join("\n"));
  }

  #runNext(): void {
    const timer = this.#pop();
    const run = timer?.run;
    if (timer === undefined || run === undefined) return;
    timer.run = undefined;
    if (timer.at > this.#now) this.#now = timer.at;
    this.#steps++;
    run();
  }

  /** The earliest timer that was not disposed of. */
  #peek(): Timer | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.run !== undefined) return first;
      this.#pop();
      this.#emptied--;
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !isBefore(timer, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first;
  }

  /** Places `timer` from the top of the heap downwards. */
  #sink(timer: Timer): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      const right = heap[childIndex + 1];
      if (child !== undefined && right !== undefined && isBefore(right, child)) {
        childIndex++;
        child = right;
      }
      if (child === undefined || !isBefore(child, timer)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = timer;
  }

  /** Request timeouts are nearly all disposed of: without this the heap would only grow. */
  #sweep(): void {
    const kept = this.#heap.filter((timer) => timer.run !== undefined);
    this.#heap = [];
    this.#emptied = 0;
    for (const timer of kept) this.#push(timer);
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.serial < b.serial;
}

/** As many turns as one round of the event loop takes at most: the round itself costs several times what a turn does. */
const mostTurns = 16;

/** Calls `turn` until it says that it is over, or throws. Before each call all promise work is drained. */
function inTurns(turn: () => "on" | "over"): Promise<void> {
  return new Promise((resolve, reject) => {
    let waiting: NodeJS.Immediate[] = [];
    let size = 1;
    const end = (settle: () => void) => {
      for (const each of waiting) clearImmediate(each);
      settle();
    };
    const take = () => {
      waiting.shift();
      try {
        if (turn() === "over") end(resolve);
        else if (waiting.length === 0) beginRound();
      } catch (error) {
        end(() => reject(error));
      }
    };
    // Node drains promise work between any two immediates of a round, as it does between rounds.
    const beginRound = () => {
      waiting = Array.from({ length: size }, () => setImmediate(take));
      size = Math.min(size * 2, mostTurns);
    };
    beginRound();
  });
}
