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

/**
 * A type of the protocol: what decoding yields (`Out`), what encoding accepts (`In`; fields with a default may be left
 * out there), and how it is laid out in each version.
 */
export interface Type<Out = unknown, In = Out> {
  /** Kafka's value for a field that is absent and has no default of its own. */
  readonly zero: Out;
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
    codec: (wire) =>
      wire.version >= from && wire.version <= to
        ? type.nullableCodec(wire)
        : (type.codec(wire) as Codec<Out | null, In | null>),
  };
}
