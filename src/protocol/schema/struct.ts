import { CodecError } from "../wire/codecError.ts";
import type { Reader } from "../wire/reader.ts";
import type { Writer } from "../wire/writer.ts";
import { type TaggedField, taggedSection, type UnknownTag } from "./taggedSection.ts";
import { type Codec, type Field, isField, type NullableType, type Type, type WireVersion } from "./type.ts";

/** The fields of a struct, in the order of the wire. */
export interface Fields {
  readonly [name: string]: Type | Field;
}

/** Tagged fields that the schema does not know, kept so that they can be shown and are not lost when encoded again. */
interface WithUnknownTags {
  readonly unknownTags?: readonly UnknownTag[];
}

/** A decoded struct: every field is there, those absent from its version with their default. */
export type StructOutput<F extends Fields> = WithUnknownTags & {
  readonly [K in keyof F]: F[K] extends Field<infer Out, infer _In>
    ? Out
    : F[K] extends Type<infer Out, infer _In>
      ? Out
      : never;
};

type RequiredKeys<F extends Fields> = { [K in keyof F]: F[K] extends Field ? never : K }[keyof F];

/** A struct to encode: fields that have a default may be left out; fields its version lacks are not written. */
export type StructInput<F extends Fields> = WithUnknownTags & {
  readonly [K in RequiredKeys<F>]: F[K] extends Type<infer _Out, infer In> ? In : never;
} & {
  readonly [K in Exclude<keyof F, RequiredKeys<F>>]?:
    | (F[K] extends Field<infer _Out, infer In> ? In : never)
    | undefined;
};

/** The type of a whole message, or of a part of one. */
export type Struct<F extends Fields = Fields> = NullableType<StructOutput<F>, StructInput<F>>;

type Values = Record<string, unknown>;

interface PresentField {
  readonly name: string;
  readonly codec: Codec;
  readonly field: Field | undefined;
}

/** A struct of named fields; each field is a type, or a type with versions, tag or default. */
export function struct<F extends Fields>(fields: F): Struct<F> {
  // Made on first use: a process that loads the schemas of every API speaks few of them.
  let zero: StructOutput<F> | undefined;
  const made = new Map<number, Codec<StructOutput<F>, StructInput<F>>>();
  const codec = (wire: WireVersion): Codec<StructOutput<F>, StructInput<F>> => {
    const key = wire.version * 2 + (wire.flexible ? 1 : 0);
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = structCodec(fields, wire) as Codec<StructOutput<F>, StructInput<F>>;
    made.set(key, fresh);
    return fresh;
  };
  return {
    get zero() {
      zero ??= Object.freeze(defaultsOf(fields)) as StructOutput<F>;
      return zero;
    },
    shape: { kind: "struct", fields },
    codec,
    nullableCodec: (wire) => nullableStruct(codec(wire)),
  };
}

function structCodec(fields: Fields, wire: WireVersion): Codec {
  const defaults = defaultsOf(fields);
  const present: PresentField[] = [];
  const tagged: TaggedField[] = [];
  for (const [name, entry] of Object.entries(fields)) {
    const field = isField(entry) ? entry : undefined;
    if (field !== undefined && (wire.version < field.from || wire.version > field.to)) continue;
    const codec = (isField(entry) ? entry.type : entry).codec(wire);
    if (field?.tag === undefined) present.push({ name, codec, field });
    else tagged.push({ name, codec, tag: field.tag, defaultValue: field.defaultValue });
  }
  const names = present.map((field) => field.name);
  const codecs = present.map((field) => field.codec);
  const tags = wire.flexible ? taggedSection(tagged) : undefined;
  const minBytes = codecs.reduce((sum, codec) => sum + codec.minBytes, wire.flexible ? 1 : 0);
  return {
    minBytes,
    read: (reader) => readStruct(reader, defaults, names, codecs, tags),
    write: (writer, value) => writeStruct(writer, value as Values, present, tags),
  };
}

function readStruct(
  reader: Reader,
  defaults: Values,
  names: readonly string[],
  codecs: readonly Codec[],
  tags: ReturnType<typeof taggedSection> | undefined,
): Values {
  // A copy of the defaults gives every struct one shape, in every version; assign copies faster than a spread does.
  const values: Values = Object.assign({}, defaults);
  let index = 0;
  try {
    for (; index < names.length; index += 1) {
      values[names[index] as string] = (codecs[index] as Codec).read(reader);
    }
  } catch (error) {
    throw CodecError.within(names[index] as string, error);
  }
  tags?.read(reader, values);
  return values;
}

function writeStruct(
  writer: Writer,
  values: Values,
  present: readonly PresentField[],
  tags: ReturnType<typeof taggedSection> | undefined,
): void {
  let index = 0;
  try {
    for (; index < present.length; index += 1) {
      const { name, codec, field } = present[index] as PresentField;
      const value = values[name] === undefined ? field?.defaultValue : values[name];
      if (value === undefined) throw new CodecError("missing");
      codec.write(writer, value);
    }
  } catch (error) {
    throw CodecError.within((present[index] as PresentField).name, error);
  }
  tags?.write(writer, values);
}

/** One byte says whether the struct follows: 1, or -1 for null. */
function nullableStruct<Out, In>(codec: Codec<Out, In>): Codec<Out | null, In | null> {
  return {
    minBytes: 1,
    read: (reader) => (reader.int8() < 0 ? null : codec.read(reader)),
    write: (writer, value) => {
      writer.int8(value === null ? -1 : 1);
      if (value !== null) codec.write(writer, value);
    },
  };
}

function defaultsOf(fields: Fields): Values {
  const defaults: Values = {};
  for (const [name, entry] of Object.entries(fields)) {
    const value = isField(entry) ? entry.defaultValue : entry.zero;
    // Every message shares them, so nobody may change them.
    defaults[name] = Array.isArray(value) ? Object.freeze(value) : value;
  }
  return defaults;
}
