import { CancelledError, type Clock, withDeadline } from "#base/clock.ts";
import { ConnectionError } from "./connectionError.ts";

/** How long a caller is ready to wait. */
export interface WaitLimit {
  readonly deadlineAt: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The outcome of work that others may wait for too: a waiter who runs out of time gets a ConnectionError `TIMEOUT`,
 * one who aborts a CancelledError, and the work goes on.
 */
export async function waitWithin<T>(
  clock: Clock,
  work: Promise<T>,
  waiting: WaitLimit & {
    readonly what: string;
    readonly broker: string;
    /** What stood in the way so far, if known. */
    readonly trouble?: () => Error | undefined;
  },
): Promise<T> {
  const { what, broker, trouble, ...limit } = waiting;
  try {
    return await withDeadline(clock, work, { what, ...limit });
  } catch (error) {
    if (!CancelledError.is(error, "deadline")) throw error;
    const cause = trouble?.() ?? error;
    const reason = cause === error ? "" : ` (${cause.message})`;
    const message = `${what}: not done in time${reason}`;
    throw new ConnectionError("TIMEOUT", message, { broker, unsent: true, cause });
  }
}
