type PlaygroundErrorCode =
  | "NOT_RUNNING"
  | "NO_SUCH_NODE"
  | "NODE_IS_DOWN"
  | "NOT_POSSIBLE"
  | "INVALID_STEP"
  | "CLOCK_AHEAD"
  | "FOREIGN_CLIENTS";

/** The playground was asked for something it cannot do now; the message says what to do instead. */
export class PlaygroundError extends Error {
  override readonly name = "PlaygroundError";
  readonly code: PlaygroundErrorCode;

  constructor(code: PlaygroundErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  static is(error: unknown, ...codes: readonly PlaygroundErrorCode[]): error is PlaygroundError {
    return error instanceof PlaygroundError && (codes.length === 0 || codes.includes(error.code));
  }
}
