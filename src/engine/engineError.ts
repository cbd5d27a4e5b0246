/** Why an order to a consumer could not be carried out. */
export type EngineErrorCode =
  | "NOT_ASSIGNED"
  | "CLOSED"
  | "SUPERSEDED"
  | "INVALID_TARGET"
  | "OFFSETS_UNKNOWN"
  | "NOT_HALTED"
  | "NO_SAFE_OFFSET"
  | "NO_GROUP"
  | "STALLED"
  | "INVALID_OPTION";

/** An order to a consumer was refused or could not be carried out; the message says why and what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  static is(error: unknown, ...codes: readonly EngineErrorCode[]): error is EngineError {
    return error instanceof EngineError && (codes.length === 0 || codes.includes(error.code));
  }
}

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
