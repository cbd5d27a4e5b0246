import type { Field, Type } from "./type.ts";

const always = 0;
const forever = Number.POSITIVE_INFINITY;

/** A field that exists from version `from` on. */
export function since<Out, In>(
  from: number,
  type: Type<Out, In>,
  defaultValue: Out = type.zero,
): Field<Out, In> {
  return { type, defaultValue, from, to: forever, tag: undefined };
}

/** A field that exists up to and including version `to`. */
export function until<Out, In>(
  to: number,
  type: Type<Out, In>,
  defaultValue: Out = type.zero,
): Field<Out, In> {
  return { type, defaultValue, from: always, to, tag: undefined };
}

/** A field that exists in the versions `from` to `to`, both included. */
export function between<Out, In>(
  from: number,
  to: number,
  type: Type<Out, In>,
  defaultValue: Out = type.zero,
): Field<Out, In> {
  return { type, defaultValue, from, to, tag: undefined };
}

/** A field of every version that may be left out when encoding. */
export function withDefault<Out, In>(type: Type<Out, In>, defaultValue: Out): Field<Out, In> {
  return { type, defaultValue, from: always, to: forever, tag: undefined };
}

/** A tagged field: on the wire only where it differs from its default (KIP-482). */
export function tagged<Out, In>(
  tag: number,
  from: number,
  type: Type<Out, In>,
  defaultValue: Out = type.zero,
): Field<Out, In> {
  return { type, defaultValue, from, to: forever, tag };
}
