import type { Reader } from "../wire/reader.ts";
import { zeroUuid } from "../wire/uuid.ts";
import type { Writer } from "../wire/writer.ts";
import type { Codec, Type } from "./type.ts";

/** A type that reads the same in every version. */
function fixed<T>(
  name: string,
  zero: T,
  minBytes: number,
  read: (reader: Reader) => T,
  write: (writer: Writer, value: T) => void,
): Type<T> {
  const codec: Codec<T> = { minBytes, read, write };
  return { zero, shape: { kind: "primitive", name }, codec: () => codec };
}

/** One byte; anything but 0 is true. */
export const bool = fixed<boolean>(
  "bool",
  false,
  1,
  (reader) => reader.bool(),
  (writer, value) => writer.bool(value),
);

/** A signed byte. */
export const int8 = fixed<number>(
  "int8",
  0,
  1,
  (reader) => reader.int8(),
  (writer, value) => writer.int8(value),
);

/** Two bytes, signed, big end first, as all numbers here. */
export const int16 = fixed<number>(
  "int16",
  0,
  2,
  (reader) => reader.int16(),
  (writer, value) => writer.int16(value),
);

/** Two bytes, unsigned. */
export const uint16 = fixed<number>(
  "uint16",
  0,
  2,
  (reader) => reader.uint16(),
  (writer, value) => writer.uint16(value),
);

/** Four bytes, signed. */
export const int32 = fixed<number>(
  "int32",
  0,
  4,
  (reader) => reader.int32(),
  (writer, value) => writer.int32(value),
);

/** Four bytes, unsigned. */
export const uint32 = fixed<number>(
  "uint32",
  0,
  4,
  (reader) => reader.uint32(),
  (writer, value) => writer.uint32(value),
);

/** Always a bigint: offsets pass 2^53, and a number would round them without a word. */
export const int64 = fixed<bigint>(
  "int64",
  0n,
  8,
  (reader) => reader.int64(),
  (writer, value) => writer.int64(value),
);

/** Eight bytes, IEEE 754. */
export const float64 = fixed<number>(
  "float64",
  0,
  8,
  (reader) => reader.float64(),
  (writer, value) => writer.float64(value),
);

/** An id in Kafka's text form: 22 characters of base64url. */
export const uuid = fixed<string>(
  "uuid",
  zeroUuid,
  16,
  (reader) => reader.uuid(),
  (writer, value) => writer.uuid(value),
);
