import { CodecError } from "../wire/codecError.ts";
import type { Reader } from "../wire/reader.ts";
import { longLength, prefixed } from "./prefixed.ts";
import { type Fields, type StructInput, type StructOutput, struct } from "./struct.ts";
import type { Codec, NullableType, Type } from "./type.ts";

const nothing: readonly never[] = Object.freeze([]);

/** A list of values of one type. */
export function array<Out, In>(element: Type<Out, In>): NullableType<readonly Out[], readonly In[]> {
  return prefixed<readonly Out[], readonly In[]>({ kind: "array", element }, nothing, longLength, (wire) => {
    const codec = element.codec(wire);
    return {
      read: (reader, count) => readElements(reader, count, codec),
      lengthOf,
      write: (writer, values) => {
        let index = 0;
        try {
          for (; index < values.length; index += 1) codec.write(writer, values[index] as In);
        } catch (error) {
          throw CodecError.within(`[${index}]`, error);
        }
      },
    };
  });
}

/** A list of structs with these fields. */
export function arrayOf<F extends Fields>(
  fields: F,
): NullableType<readonly StructOutput<F>[], readonly StructInput<F>[]> {
  return array(struct(fields));
}

function readElements<Out>(reader: Reader, count: number, codec: Codec<Out, never>): readonly Out[] {
  // A struct without any field in its version takes no bytes; an array of it must still have a bound.
  reader.expectElements(count, Math.max(1, codec.minBytes));
  const values = new Array<Out>(count);
  let index = 0;
  try {
    for (; index < count; index += 1) values[index] = codec.read(reader);
  } catch (error) {
    throw CodecError.within(`[${index}]`, error);
  }
  return values;
}

function lengthOf(values: readonly unknown[]): number {
  if (!Array.isArray(values)) throw new CodecError(`${String(values)} is not an array`);
  return values.length;
}
