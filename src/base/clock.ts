import { type Disposable, toDisposable } from "./lifecycle.ts";

/**
 * Where time comes from (ARCHITECTURE.md, I2). The real one lives in `src/node`, the virtual one of the
 * simulation in `test/support`; nothing else may read the time or start a timer.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch; never goes backwards; may have a fraction. */
  now(): number;
  /** Runs `run` once, `delayMs` (0 or more) from now, unless the result is disposed first. */
  schedule(delayMs: number, run: () => void): Disposable;
  /** Settles after pending I/O had a chance to run: long work calls it at least every 10 ms (I3). */
  yieldTurn(): Promise<void>;
}

/** Why a wait ended early: its signal was aborted, or its deadline passed. */
export class CancelledError extends Error {
  override readonly name = "CancelledError";
  readonly reason: "aborted" | "deadline";

  constructor(reason: "aborted" | "deadline", what: string) {
    super(reason === "deadline" ? `${what}: the deadline passed` : `${what}: cancelled`);
    this.reason = reason;
  }

  static is(error: unknown, reason?: "aborted" | "deadline"): error is CancelledError {
    return error instanceof CancelledError && (reason === undefined || error.reason === reason);
  }
}

/** Waits `delayMs`; rejects with CancelledError when `signal` aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new CancelledError("aborted", "sleep"));
      return;
    }
    const onAbort = () => {
      timer.dispose();
      reject(new CancelledError("aborted", "sleep"));
    };
    const timer = clock.schedule(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/**
 * The work's result, or a CancelledError as soon as `deadlineAt` (an instant of `clock`) passes or `signal` aborts.
 * The work itself goes on: only its waiter is released.
 */
export function withDeadline<T>(
  clock: Clock,
  work: Promise<T>,
  limit: {
    readonly what: string;
    readonly deadlineAt?: number | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<T> {
  const { what, deadlineAt, signal } = limit;
  return new Promise((resolve, reject) => {
    let timer: Disposable = toDisposable(() => {});
    const settle = (finish: () => void) => {
      timer.dispose();
      signal?.removeEventListener("abort", onAbort);
      finish();
    };
    const onAbort = () => settle(() => reject(new CancelledError("aborted", what)));
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
    if (signal?.aborted) {
      onAbort();
      return;
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    if (deadlineAt !== undefined) {
      timer = clock.schedule(Math.max(0, deadlineAt - clock.now()), () =>
        settle(() => reject(new CancelledError("deadline", what))),
      );
    }
  });
}
