import type { Result } from "#base/result.ts";
import { attempt } from "../attempt.ts";
import type { Decoded, Input, Type } from "../schema/type.ts";
import { CodecError } from "../wire/codecError.ts";
import { Reader } from "../wire/reader.ts";
import { Writer } from "../wire/writer.ts";

/** Something versioned that travels inside a message as bytes, its version in front. */
export interface DataSchema<Body extends Type = Type> {
  readonly name: string;
  readonly versions: readonly [min: number, max: number];
  readonly body: Body;
}

/** Data as it came; `version` is the one it claims. */
export interface DecodedData<S extends DataSchema> {
  readonly version: number;
  readonly body: Decoded<S["body"]>;
}

/** The bytes of `body`, an int16 with the version in front. Throws a CodecError when a value does not fit its field. */
export function encodeData<S extends DataSchema>(
  schema: S,
  version: number,
  body: Input<S["body"]>,
): Uint8Array {
  const [min, max] = schema.versions;
  if (version < min || version > max) {
    throw new CodecError(`${schema.name} v${version} is not known; known are v${min} to v${max}`);
  }
  const writer = new Writer();
  writer.int16(version);
  schema.body.codec({ version, flexible: false }).write(writer, body);
  return writer.finish();
}

/**
 * Data of any version from the lowest known one on.
 *
 * A newer version is read as the newest known: new versions may only append, so what is known stays where it was, and
 * bytes after it are ignored.
 */
export function decodeData<S extends DataSchema>(
  schema: S,
  bytes: Uint8Array,
): Result<DecodedData<S>, CodecError> {
  return attempt(() => {
    const [min, max] = schema.versions;
    const reader = new Reader(bytes);
    const version = reader.int16();
    if (version < min) throw new CodecError(`${schema.name} v${version} is not known; the lowest is v${min}`);
    const codec = schema.body.codec({ version: Math.min(version, max), flexible: false });
    return { version, body: codec.read(reader) as Decoded<S["body"]> };
  });
}
