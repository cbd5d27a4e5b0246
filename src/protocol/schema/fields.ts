import type { Type } from "./type.ts";

/** A field of a struct that is not simply there: limited to some versions, tagged, or with a default of its own. */
export interface Field<Out = unknown, In = Out> {
  readonly type: Type<Out, In>;
  /** What decoding yields where the field is absent, and encoding writes where it was left out. */
  readonly defaultValue: Out;
  readonly from: number;
  readonly to: number;
  readonly tag: number | undefined;
}

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
