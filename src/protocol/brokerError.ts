import { type ErrorName, errorName } from "./errorCodes.ts";

/** A broker answered, and the answer was an error. Not for timeouts or closed sockets. */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly code: ErrorName;
  /** The API that answered, as in `JoinGroup`. */
  readonly api: string;

  constructor(code: ErrorName, api: string, detail?: string | null) {
    super(`${api} was answered with ${code}${detail ? `: ${detail}` : ""}`);
    this.code = code;
    this.api = api;
  }

  /** Narrows a caught value: `if (BrokerError.is(error, "ILLEGAL_GENERATION")) rejoin();` */
  static is(error: unknown, ...codes: readonly ErrorName[]): error is BrokerError {
    return error instanceof BrokerError && (codes.length === 0 || codes.includes(error.code));
  }
}

/** Throws unless a response's error code is NONE; `detail` is the broker's own message, where it sends one. */
export function throwIfError(api: { readonly name: string }, code: number, detail?: string | null): void {
  if (code !== 0) throw new BrokerError(errorName(code), api.name, detail);
}
