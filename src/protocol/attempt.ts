import { err, ok, type Result } from "#base/result.ts";
import { CodecError } from "./wire/codecError.ts";

/** Runs a decoder; whatever it throws on bad bytes becomes the error of the Result. */
export function attempt<T>(decode: () => T): Result<T, CodecError> {
  try {
    return ok(decode());
  } catch (error) {
    if (CodecError.is(error)) return err(error);
    return err(new CodecError("the decoder failed", "", { cause: error }));
  }
}
