/**
 * Why a request got no result:
 * - EXITED: the worker ended before it answered; nothing is known about what it did.
 * - CANCELLED: its signal was aborted.
 * - DEADLINE: its deadline passed.
 * - NOT_FOUND: what it names (a cluster, a session, a trace) does not exist any more.
 * - REFUSED: the request makes no sense now; the message says why.
 * - FAILED: everything else, mostly an answer of a broker.
 */
export type ChannelErrorCode = "EXITED" | "CANCELLED" | "DEADLINE" | "NOT_FOUND" | "REFUSED" | "FAILED";

/** A request to the worker failed. The message can be shown: what happened, to what, and what to do. */
export class ChannelError extends Error {
  override readonly name = "ChannelError";
  readonly code: ChannelErrorCode;
  /** For the log: error names, causes, a stack. */
  readonly detail: string | undefined;

  constructor(code: ChannelErrorCode, message: string, detail?: string) {
    super(message);
    this.code = code;
    this.detail = detail;
  }

  static is(error: unknown, ...codes: readonly ChannelErrorCode[]): error is ChannelError {
    return error instanceof ChannelError && (codes.length === 0 || codes.includes(error.code));
  }
}
