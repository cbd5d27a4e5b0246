/** One field of a message with the place of its bytes; those that hold others have children. */
export interface ExplainedField {
  /** As in the schema; an element of an array is `[3]`. */
  readonly name: string;
  /** `int32`, `string`, `array`, `struct`, `records`, … */
  readonly kind: string;
  /** Undefined where only its children have values. Int64 as decimal text, bytes as their length. */
  readonly value: string | number | boolean | null | undefined;
  /** What a number means, where it has a name: `ILLEGAL_GENERATION`. */
  readonly meaning: string | undefined;
  /** The first byte, counted from the beginning of the frame without its size. */
  readonly offset: number;
  readonly length: number;
  readonly children: readonly ExplainedField[];
}

/** A message as far as it could be read. */
export interface Explained {
  readonly fields: readonly ExplainedField[];
  /** Why the rest could not be read, and at which byte. */
  readonly problem: { readonly message: string; readonly offset: number } | undefined;
  /** There are more fields than were asked for. */
  readonly isCut: boolean;
}
