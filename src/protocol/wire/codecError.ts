/**
 * Bytes that are not what they should be, or a value that its field cannot hold.
 *
 * Thrown inside the codec and when encoding; the decoders of `message.ts` and `data/dataSchema.ts` give it back in a
 * Result. `path` names the field, outermost first, as in `responses[3].partitions[0].records`.
 */
export class CodecError extends Error {
  override readonly name = "CodecError";
  readonly reason: string;
  readonly path: string;

  constructor(reason: string, path = "", options?: ErrorOptions) {
    super(path === "" ? reason : `${path}: ${reason}`, options);
    this.reason = reason;
    this.path = path;
  }

  static is(error: unknown): error is CodecError {
    return error instanceof CodecError;
  }

  /** The same failure as seen from the struct or array around it; anything else that was thrown is passed through. */
  static within(outer: string, error: unknown): unknown {
    if (!(error instanceof CodecError)) return error;
    const joint = error.path === "" || error.path.startsWith("[") ? "" : ".";
    return new CodecError(error.reason, `${outer}${joint}${error.path}`);
  }
}
