import { errorName } from "../errorCodes.ts";
import { isField, type Shape, type Type, type WireVersion } from "../schema/type.ts";
import { CodecError } from "../wire/codecError.ts";
import type { Reader } from "../wire/reader.ts";
import type { ExplainedField } from "./explainedField.ts";
import { explainBatches } from "./recordFields.ts";

/** Thrown to leave a walk that has as many fields as were asked for. */
export class EnoughFields extends Error {
  override readonly name = "EnoughFields";
}

/** A field while its bytes are being read. */
interface OpenField {
  name: string;
  kind: string;
  value: ExplainedField["value"];
  meaning: string | undefined;
  offset: number;
  length: number;
  children: ExplainedField[];
}

type Out = ExplainedField[];
type Entries = Extract<Shape, { readonly kind: "struct" }>["fields"];

/**
 * Reads a message by its schema as the codecs do, and notes where each field stands. What it found before bytes that are
 * no such message stays in `into`.
 */
export class FieldWalk {
  readonly #reader: Reader;
  readonly #frame: Uint8Array;
  #left: number;

  constructor(reader: Reader, frame: Uint8Array, maxFields: number) {
    this.#reader = reader;
    this.#frame = frame;
    this.#left = maxFields;
  }

  /** The fields of a struct, and in flexible versions its tagged ones. */
  struct(type: Type, wire: WireVersion, into: Out): void {
    const { shape } = type;
    if (shape.kind !== "struct") throw new CodecError(`a ${shape.kind} is no message`);
    this.#fields(shape.fields, wire, into);
  }

  /** One field of any type. */
  field(name: string, type: Type, { wire, into }: { readonly wire: WireVersion; readonly into: Out }): void {
    const { shape } = type;
    this.#open(name, into, (field) => {
      const inner = shape.kind === "nullable" ? shape.type : type;
      const mayBeNull = shape.kind === "nullable" && wire.version >= shape.from && wire.version <= shape.to;
      switch (inner.shape.kind) {
        case "struct":
          field.kind = "struct";
          // One byte says whether it follows.
          if (mayBeNull && this.#reader.int8() < 0) field.value = null;
          else this.#fields(inner.shape.fields, wire, field.children);
          return;
        case "array":
          this.#array(field, inner.shape.element, { wire, mayBeNull });
          return;
        case "primitive":
          field.kind = inner.shape.name;
          this.#primitive(field, type.codec(wire).read(this.#reader));
          return;
        case "nullable":
          throw new CodecError("a nullable type within a nullable one");
      }
    });
  }

  #fields(entries: Entries, wire: WireVersion, into: Out): void {
    const tagged = new Map<number, { readonly name: string; readonly type: Type }>();
    for (const [name, entry] of Object.entries(entries)) {
      if (!isField(entry)) {
        this.field(name, entry, { wire, into });
        continue;
      }
      if (wire.version < entry.from || wire.version > entry.to) continue;
      if (entry.tag === undefined) this.field(name, entry.type, { wire, into });
      else tagged.set(entry.tag, { name, type: entry.type });
    }
    if (wire.flexible) this.tags(tagged, wire, into);
  }

  /** The tagged section at the end of every struct of a flexible version (KIP-482); an empty one is not shown. */
  tags(
    known: ReadonlyMap<number, { readonly name: string; readonly type: Type }>,
    wire: WireVersion,
    into: Out,
  ): void {
    const count = this.#reader.uvarint();
    this.#reader.expectElements(count, 2);
    for (let index = 0; index < count; index += 1) {
      const tag = this.#reader.uvarint();
      const size = this.#reader.uvarint();
      const field = known.get(tag);
      if (field) {
        this.#reader.within(size, () => this.field(field.name, field.type, { wire, into }));
        continue;
      }
      this.#open(`tag ${tag}`, into, (unknown) => {
        unknown.kind = "bytes";
        this.#primitive(unknown, this.#reader.slice(size));
      });
    }
  }

  #array(
    field: OpenField,
    element: Type,
    { wire, mayBeNull }: { readonly wire: WireVersion; readonly mayBeNull: boolean },
  ): void {
    field.kind = "array";
    const count = wire.flexible ? this.#reader.uvarint() - 1 : this.#reader.int32();
    if (count === -1 && mayBeNull) {
      field.value = null;
      return;
    }
    if (count < 0) throw new CodecError(`a length of ${count} is negative`);
    this.#reader.expectElements(count, Math.max(1, element.codec(wire).minBytes));
    for (let index = 0; index < count; index += 1) {
      this.field(`[${index}]`, element, { wire, into: field.children });
    }
  }

  #primitive(field: OpenField, value: unknown): void {
    if (value instanceof Uint8Array) {
      field.value = `${value.length.toLocaleString("en")} bytes`;
      if (field.kind === "records") {
        explainBatches(this.#frame, this.#reader.offset - value.length, value.length, field.children);
      }
      return;
    }
    if (typeof value === "bigint") field.value = String(value);
    else if (typeof value === "number" && !Number.isFinite(value)) field.value = String(value);
    else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      field.value = value;
    } else field.value = null;
    field.meaning = meaningOf(field);
  }

  /** The field is in its place before it is read, so that what stops in the middle of it is seen there. */
  #open(name: string, into: Out, read: (field: OpenField) => void): void {
    this.#left -= 1;
    if (this.#left < 0) throw new EnoughFields();
    const field: OpenField = {
      name,
      kind: "",
      value: undefined,
      meaning: undefined,
      offset: this.#reader.offset,
      length: 0,
      children: [],
    };
    into.push(field);
    try {
      read(field);
    } finally {
      field.length = this.#reader.offset - field.offset;
    }
  }
}

function meaningOf({ name, kind, value }: OpenField): string | undefined {
  const isErrorCode = kind === "int16" && (name === "errorCode" || name.endsWith("ErrorCode"));
  return isErrorCode && typeof value === "number" && value !== 0 ? errorName(value) : undefined;
}
