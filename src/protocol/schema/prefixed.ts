import { CodecError } from "../wire/codecError.ts";
import type { Reader } from "../wire/reader.ts";
import type { Writer } from "../wire/writer.ts";
import type { NullableType, Shape, WireVersion } from "./type.ts";

const nullLength = -1;

/** What follows the length of a string, of bytes or of an array. */
interface Content<Out, In> {
  read(reader: Reader, length: number): Out;
  /** How long the value is, in the unit of its length prefix; a CodecError when it is no such value. */
  lengthOf(value: In): number;
  write(writer: Writer, value: In, length: number): void;
}

interface LengthCodec {
  readonly minBytes: number;
  read(reader: Reader): number;
  write(writer: Writer, length: number): void;
}

/** The length of a string in versions that are not flexible. */
export const shortLength: LengthCodec = {
  minBytes: 2,
  read: (reader) => atLeastNull(reader.int16()),
  write: (writer, length) => writer.int16(length),
};

/** The length of bytes and of arrays in versions that are not flexible. */
export const longLength: LengthCodec = {
  minBytes: 4,
  read: (reader) => atLeastNull(reader.int32()),
  write: (writer, length) => writer.int32(length),
};

/** Flexible versions write the length plus one, so that zero is free to mean null (KIP-482). */
const compactLength: LengthCodec = {
  minBytes: 1,
  read: (reader) => reader.uvarint() - 1,
  write: (writer, length) => writer.uvarint(length + 1),
};

/** A type that is a length and then its content; a length of -1 is null where null is allowed. */
export function prefixed<Out, In>(
  shape: Shape,
  zero: Out,
  plainLength: LengthCodec,
  contentFor: (wire: WireVersion) => Content<Out, In>,
): NullableType<Out, In> {
  const lengthFor = (wire: WireVersion) => (wire.flexible ? compactLength : plainLength);
  return {
    zero,
    shape,
    codec: (wire) => {
      const content = contentFor(wire);
      const prefix = lengthFor(wire);
      return {
        minBytes: prefix.minBytes,
        read: (reader) => {
          const length = prefix.read(reader);
          if (length === nullLength) throw new CodecError("null where the protocol allows none");
          return content.read(reader, length);
        },
        write: (writer, value) => {
          const length = content.lengthOf(value);
          prefix.write(writer, length);
          content.write(writer, value, length);
        },
      };
    },
    nullableCodec: (wire) => {
      const content = contentFor(wire);
      const prefix = lengthFor(wire);
      return {
        minBytes: prefix.minBytes,
        read: (reader) => {
          const length = prefix.read(reader);
          return length === nullLength ? null : content.read(reader, length);
        },
        write: (writer, value) => {
          const length = value === null ? nullLength : content.lengthOf(value);
          prefix.write(writer, length);
          if (value !== null) content.write(writer, value, length);
        },
      };
    },
  };
}

function atLeastNull(length: number): number {
  if (length < nullLength) throw new CodecError(`a length of ${length} is negative`);
  return length;
}
