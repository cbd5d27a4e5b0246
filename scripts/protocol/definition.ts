/** The versions `from` to `to`, both included; `to` may be Infinity. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A field as Kafka's message definitions write it. */
export interface FieldDefinition {
  readonly name: string;
  readonly type: string;
  readonly versions: string;
  readonly nullableVersions?: string;
  readonly taggedVersions?: string;
  readonly tag?: number | string;
  readonly default?: string | number | boolean | null;
  readonly fields?: readonly FieldDefinition[];
}

/** A struct that several fields of one message share. */
interface CommonStruct {
  readonly name: string;
  readonly versions: string;
  readonly fields: readonly FieldDefinition[];
}

/** One file of Kafka's message definitions. */
export interface MessageDefinition {
  readonly apiKey?: number;
  readonly type: string;
  readonly name: string;
  readonly validVersions: string;
  readonly flexibleVersions?: string;
  readonly fields: readonly FieldDefinition[];
  readonly commonStructs?: readonly CommonStruct[];
}

/** Reads a definition: JSON in which lines may be comments. */
export function parseDefinition(text: string): MessageDefinition {
  return JSON.parse(text.replace(/^\s*\/\/.*$/gm, ""));
}

/** Reads `3`, `0-7`, `2+` or `none`. */
export function parseRange(text: string | undefined): Range | undefined {
  if (text === undefined || text === "none") return undefined;
  const match = /^(\d+)(\+|-(\d+))?$/.exec(text.trim());
  if (match === null) throw new Error(`${text} is not a range of versions`);
  const from = Number(match[1]);
  if (match[2] === undefined) return { from, to: from };
  return { from, to: match[3] === undefined ? Number.POSITIVE_INFINITY : Number(match[3]) };
}

/** The versions in both ranges. */
export function intersect(one: Range | undefined, other: Range | undefined): Range | undefined {
  if (one === undefined || other === undefined) return undefined;
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to, other.to);
  return from <= to ? { from, to } : undefined;
}

/** The versions in either range, which must touch: a field that comes, goes and comes back has no place in a schema. */
export function join(one: Range | undefined, other: Range | undefined, what: string): Range | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.to + 1 < other.from || other.to + 1 < one.from) throw new Error(`${what}: its versions have a gap`);
  return { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) };
}
