import { ByteParts } from "#base/byteParts.ts";
import { CodecError } from "../wire/codecError.ts";
import { textBytes } from "../wire/writer.ts";
import { longLength, prefixed, shortLength } from "./prefixed.ts";
import type { NullableType, Shape } from "./type.ts";

/** UTF-8 text, at most 32,767 bytes of it. */
export const string: NullableType<string> = prefixed<string, string>(
  primitive("string"),
  "",
  shortLength,
  () => ({
    read: (reader, length) => reader.text(length),
    lengthOf: textBytes,
    write: (writer, value, length) => writer.text(value, length),
  }),
);

/** Decoded as a view into the frame. */
export const bytes: NullableType<Uint8Array> = byteBlob<Uint8Array>("bytes");

/** Record batches, undecoded: a view into the frame, for `records/` to read. A broker writes them as its log has them. */
export const records: NullableType<Uint8Array, Uint8Array | ByteParts> = byteBlob<Uint8Array | ByteParts>(
  "records",
);

function byteBlob<In extends Uint8Array | ByteParts>(name: string): NullableType<Uint8Array, In> {
  return prefixed<Uint8Array, In>(primitive(name), new Uint8Array(0), longLength, () => ({
    read: (reader, length) => reader.slice(length),
    lengthOf: byteLengthOf,
    write: (writer, value) => {
      for (const piece of ByteParts.of(value).pieces) writer.raw(piece);
    },
  }));
}

function byteLengthOf(value: Uint8Array | ByteParts): number {
  if (value instanceof ByteParts) return value.length;
  if (!(value instanceof Uint8Array)) throw new CodecError(`${String(value)} is not bytes`);
  return value.byteLength;
}

function primitive(name: string): Shape {
  return { kind: "primitive", name };
}
