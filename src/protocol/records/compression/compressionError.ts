/**
 * Compressed bytes that cannot be opened: `corrupt` when they break their format, `expandsPastLimit` when
 * they would grow past what the caller allows.
 */
export class CompressionError extends Error {
  override readonly name = "CompressionError";
  readonly code: "corrupt" | "expandsPastLimit";

  constructor(code: "corrupt" | "expandsPastLimit", message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static is(error: unknown, code?: "corrupt" | "expandsPastLimit"): error is CompressionError {
    return error instanceof CompressionError && (code === undefined || error.code === code);
  }
}

/** The bytes break their format. */
export function corrupt(message: string): CompressionError {
  return new CompressionError("corrupt", message);
}

/** The bytes would grow past `maxBytes`. */
export function expandsPast(maxBytes: number): CompressionError {
  const limit = maxBytes >= 1024 * 1024 ? `${Math.floor(maxBytes / 1024 / 1024)} MiB` : `${maxBytes} bytes`;
  return new CompressionError("expandsPastLimit", `expands past ${limit}`);
}
