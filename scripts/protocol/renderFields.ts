import type { Range } from "./definition.ts";
import { type Field, lowerCamel } from "./messageModel.ts";

/** Where each name of the schema language is imported from, seen from a file of `apis/` or `data/`. */
const homes: ReadonlyMap<string, string> = new Map([
  ...["array", "arrayOf"].map((name) => [name, "../schema/array.ts"] as const),
  ...["bytes", "records", "string"].map((name) => [name, "../schema/blobs.ts"] as const),
  ...["between", "since", "tagged", "until", "withDefault"].map(
    (name) => [name, "../schema/fields.ts"] as const,
  ),
  ...["bool", "int8", "int16", "uint16", "int32", "uint32", "int64", "float64", "uuid"].map(
    (name) => [name, "../schema/primitives.ts"] as const,
  ),
  ["struct", "../schema/struct.ts"],
  ["nullable", "../schema/type.ts"],
]);

const integerTypes = new Set(["int8", "int16", "uint16", "int32", "uint32", "float64"]);

/** Writes the fields of a message as source, and remembers what the source needs. */
export class FieldRenderer {
  readonly #used = new Set<string>();
  readonly #commons = new Map<string, string>();

  /** A whole `struct({…})` expression. */
  struct(fields: readonly Field[], within: Range): string {
    return `${this.#use("struct")}(${this.#object(fields, within)})`;
  }

  /** The shared structs as constants, each before its first use. */
  get commons(): readonly string[] {
    return [...this.#commons].map(([name, source]) => `const ${name} = ${source};`);
  }

  /** The names that were used, by the module they come from. */
  get imports(): ReadonlyMap<string, readonly string[]> {
    const imports = new Map<string, string[]>();
    for (const name of [...this.#used].sort()) {
      const home = homes.get(name);
      if (home === undefined) throw new Error(`${name} is no word of the schema language`);
      imports.set(home, [...(imports.get(home) ?? []), name]);
    }
    return imports;
  }

  #object(fields: readonly Field[], within: Range): string {
    const entries = fields.map((field) => `${field.name}: ${this.#field(field, within)},`);
    return `{\n${entries.join("\n")}\n}`;
  }

  #field(field: Field, within: Range): string {
    const type = this.#type(field);
    const { from, to } = field.versions;
    const defaultText = defaultOf(field);
    const orDefault = defaultText === undefined ? "" : `, ${defaultText}`;
    if (field.tag !== undefined) {
      if (to < within.to) throw new Error(`${field.name}: a tagged field that ends`);
      return `${this.#use("tagged")}(${field.tag}, ${from}, ${type}${orDefault})`;
    }
    const begins = from > within.from;
    const ends = to < within.to;
    if (begins && ends) return `${this.#use("between")}(${from}, ${to}, ${type}${orDefault})`;
    if (begins) return `${this.#use("since")}(${from}, ${type}${orDefault})`;
    if (ends) return `${this.#use("until")}(${to}, ${type}${orDefault})`;
    if (field.defaultText === undefined) return type;
    return `${this.#use("withDefault")}(${type}${orDefault})`;
  }

  #type(field: Field): string {
    const bare = field.isArray ? this.#array(field) : this.#base(field);
    if (field.nullable === undefined) return bare;
    const { from, to } = field.nullable;
    const begins = from > field.versions.from;
    const ends = to < field.versions.to;
    const limits = ends ? `, ${from}, ${to}` : begins ? `, ${from}` : "";
    return `${this.#use("nullable")}(${bare}${limits})`;
  }

  #array(field: Field): string {
    if (field.base !== "struct" || field.common !== undefined)
      return `${this.#use("array")}(${this.#base(field)})`;
    return `${this.#use("arrayOf")}(${this.#object(field.fields, field.versions)})`;
  }

  #base(field: Field): string {
    if (field.base !== "struct") return this.#use(field.base);
    if (field.common === undefined) return this.struct(field.fields, field.versions);
    const name = lowerCamel(field.common);
    if (homes.has(name) || name === "request" || name === "response") {
      throw new Error(`a shared struct cannot be called ${name}`);
    }
    const source = this.struct(field.fields, field.versions);
    const known = this.#commons.get(name);
    if (known !== undefined && known !== source) throw new Error(`${name} differs between its uses`);
    this.#commons.set(name, source);
    return name;
  }

  #use(name: string): string {
    this.#used.add(name);
    return name;
  }
}

/** Kafka's default as source; undefined for the types whose own zero is the default. */
function defaultOf(field: Field): string | undefined {
  const text = field.defaultText ?? "";
  if (text === "null") return "null";
  if (field.isArray) return "[]";
  if (field.base === "string") return JSON.stringify(text);
  if (field.base === "bool") return text === "true" ? "true" : "false";
  if (field.base === "int64") return `${BigInt(text)}n`;
  if (integerTypes.has(field.base)) return String(Number(text));
  if (text !== "") throw new Error(`${field.name}: a default for ${field.base}`);
  return undefined;
}
