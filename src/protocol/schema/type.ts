import type { Reader } from "../wire/reader.ts";
import type { Writer } from "../wire/writer.ts";

/** How one type looks in one version of one message; made once per version and kept. */
export interface Codec<Out = unknown, In = Out> {
  /** The fewest bytes a value takes; what bounds the count of an array before it is allocated. */
  readonly minBytes: number;
  read(reader: Reader): Out;
  write(writer: Writer, value: In): void;
}

/** The version that is spoken, and whether it is a flexible one: compact lengths and tagged fields (KIP-482). */
export interface WireVersion {
  readonly version: number;
  readonly flexible: boolean;
}

/** What a type is made of, for tools that walk schemas: tests that make messages, views that explain bytes. */
export type Shape =
  | { readonly kind: "primitive"; readonly name: string }
  | { readonly kind: "array"; readonly element: Type }
  | { readonly kind: "nullable"; readonly type: Type; readonly from: number; readonly to: number }
  | { readonly kind: "struct"; readonly fields: Readonly<Record<string, Type | Field>> };

/** A field of a struct that is not simply there: limited to some versions, tagged, or with a default of its own. */
export interface Field<Out = unknown, In = Out> {
  readonly type: Type<Out, In>;
  /** What decoding yields where the field is absent, and encoding writes where it was left out. */
  readonly defaultValue: Out;
  readonly from: number;
  readonly to: number;
  readonly tag: number | undefined;
}

/** Tells a field from a bare type in the fields of a struct. */
export function isField(entry: Type | Field): entry is Field {
  return "type" in entry;
}

/**
 * A type of the protocol: what decoding yields (`Out`), what encoding accepts (`In`; fields with a default may be left
 * out there), and how it is laid out in each version.
 */
export interface Type<Out = unknown, In = Out> {
  /** Kafka's value for a field that is absent and has no default of its own. */
  readonly zero: Out;
  readonly shape: Shape;
  codec(wire: WireVersion): Codec<Out, In>;
}

/** A type that has a second layout with room for null. */
export interface NullableType<Out = unknown, In = Out> extends Type<Out, In> {
  nullableCodec(wire: WireVersion): Codec<Out | null, In | null>;
}

/** What decoding a type yields. */
export type Decoded<T> = T extends Type<infer Out, infer _In> ? Out : never;

/** What encoding a type accepts. */
export type Input<T> = T extends Type<infer _Out, infer In> ? In : never;

/** The type itself, with null allowed in the versions `from` to `to`. */
export function nullable<Out, In>(
  type: NullableType<Out, In>,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): Type<Out | null, In | null> {
  return {
    zero: type.zero,
    shape: { kind: "nullable", type, from, to },
    codec: (wire) =>
      wire.version >= from && wire.version <= to
        ? type.nullableCodec(wire)
        : (type.codec(wire) as Codec<Out | null, In | null>),
  };
}
