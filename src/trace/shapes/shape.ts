import { isInstant } from "#base/instant.ts";
import { isJsonObject, type Json } from "#base/json.ts";

/** A value read from a file does not have the shape it should have; the path says where. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
  readonly path: readonly (string | number)[];

  constructor(expected: string, path: readonly (string | number)[] = []) {
    super(`${path.length === 0 ? "the value" : path.join(".")} is not ${expected}`);
    this.path = path;
  }

  static is(error: unknown): error is ShapeError {
    return error instanceof ShapeError;
  }
}

/**
 * Turns JSON into a typed value, or throws ShapeError: files are written by anyone, and the fold trusts its types.
 * Offsets come back as bigint here and only here.
 */
export type Shape<T> = (value: Json | undefined) => T;

export const string: Shape<string> = (value) => {
  if (typeof value !== "string") throw new ShapeError("text");
  return value;
};

export const number: Shape<number> = (value) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new ShapeError("a number");
  return value;
};

/** Milliseconds since the Unix epoch, or before it: what is shown as a time. */
export const instant: Shape<number> = (value) => {
  if (typeof value !== "number" || !isInstant(value)) throw new ShapeError("a time");
  return value;
};

export const boolean: Shape<boolean> = (value) => {
  if (typeof value !== "boolean") throw new ShapeError("true or false");
  return value;
};

/** An int64 as a decimal string: JSON's numbers lose digits above 2^53. */
export const offset: Shape<bigint> = (value) => {
  if (typeof value !== "string" || !/^-?\d{1,20}$/.test(value)) throw new ShapeError("an offset");
  return BigInt(value);
};

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  const known = new Set<string>(words);
  return (value) => {
    if (typeof value !== "string" || !known.has(value)) throw new ShapeError(`one of ${words.join(", ")}`);
    return value as T;
  };
}

/** What may be missing; a missing value is undefined. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === undefined || value === null ? undefined : shape(value));
}

export function list<T>(shape: Shape<T>): Shape<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new ShapeError("a list");
    return value.map((entry: Json, index) => within(index, () => shape(entry)));
  };
}

/** The shapes of all properties of T: a forgotten one does not compile, and neither does one of the wrong type. */
export type Fields<T> = { readonly [Key in keyof Required<T>]: Shape<T[Key & keyof T]> };

/** An object with these properties; others it has are passed over. */
export function object<T extends object>(fields: Fields<T>): Shape<T> {
  const entries = Object.entries(fields) as [string, Shape<unknown>][];
  return (value) => {
    if (!isJsonObject(value)) throw new ShapeError("an object");
    const result: Record<string, unknown> = {};
    for (const [key, shape] of entries) {
      const read = within(key, () => shape(Object.hasOwn(value, key) ? value[key] : undefined));
      if (read !== undefined) result[key] = read;
    }
    return result as T;
  };
}

/** Runs a part's shape, with the part's name on any complaint. */
function within<T>(step: string | number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!ShapeError.is(error)) throw error;
    const expected = error.message.slice(error.message.lastIndexOf(" is not ") + " is not ".length);
    throw new ShapeError(expected, [step, ...error.path]);
  }
}
