import {
  type FieldDefinition,
  intersect,
  type MessageDefinition,
  parseRange,
  type Range,
} from "./definition.ts";

const primitives = new Set([
  "bool",
  "int8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "float64",
  "string",
  "uuid",
  "bytes",
  "records",
]);

/** A field with everything resolved: only the versions of its message, shared structs in place. */
export interface Field {
  readonly name: string;
  readonly isArray: boolean;
  /** The name of a primitive, or `struct`. */
  readonly base: string;
  readonly fields: readonly Field[];
  /** The name of the shared struct the fields come from. */
  readonly common: string | undefined;
  readonly versions: Range;
  readonly nullable: Range | undefined;
  readonly tag: number | undefined;
  readonly defaultText: string | undefined;
}

/** One direction of an API, or a data schema. */
export interface Message {
  readonly name: string;
  readonly apiKey: number | undefined;
  readonly versions: Range;
  readonly flexible: Range | undefined;
  readonly fields: readonly Field[];
}

/** The message of a definition, or undefined when Kafka has emptied it (`"validVersions": "none"`). */
export function resolveMessage(definition: MessageDefinition): Message | undefined {
  const versions = parseRange(definition.validVersions);
  if (versions === undefined) return undefined;
  return {
    name: definition.name,
    apiKey: definition.apiKey,
    versions,
    flexible: intersect(parseRange(definition.flexibleVersions), versions),
    fields: resolveFields(definition.fields, versions, definition),
  };
}

function resolveFields(
  fields: readonly FieldDefinition[],
  within: Range,
  message: MessageDefinition,
): readonly Field[] {
  return fields.flatMap((field) => {
    const versions = intersect(parseRange(field.versions), within);
    return versions === undefined ? [] : [resolveField(field, versions, message)];
  });
}

function resolveField(field: FieldDefinition, versions: Range, message: MessageDefinition): Field {
  const isArray = field.type.startsWith("[]");
  const typeName = isArray ? field.type.slice(2) : field.type;
  const isStruct = !primitives.has(typeName);
  const common = field.fields === undefined && isStruct ? typeName : undefined;
  const inner = common === undefined ? (field.fields ?? []) : commonFields(message, common);
  return {
    name: lowerCamel(field.name),
    isArray,
    base: isStruct ? "struct" : typeName,
    fields: resolveFields(inner, versions, message),
    common,
    versions,
    nullable: intersect(parseRange(field.nullableVersions), versions),
    tag: tagOf(field, versions),
    defaultText: field.default === undefined ? undefined : String(field.default),
  };
}

function commonFields(message: MessageDefinition, name: string): readonly FieldDefinition[] {
  const found = message.commonStructs?.find((struct) => struct.name === name);
  if (found === undefined) throw new Error(`${message.name}: no struct ${name}`);
  return found.fields;
}

function tagOf(field: FieldDefinition, versions: Range): number | undefined {
  const taggedIn = intersect(parseRange(field.taggedVersions), versions);
  if (taggedIn === undefined) return undefined;
  if (taggedIn.from !== versions.from || taggedIn.to !== versions.to) {
    throw new Error(`${field.name}: tagged in some of its versions only`);
  }
  return Number(field.tag);
}

/** Kafka's own way from `ThrottleTimeMs` to `throttleTimeMs`. */
export function lowerCamel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
