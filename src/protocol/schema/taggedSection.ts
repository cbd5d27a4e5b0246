import { CodecError } from "../wire/codecError.ts";
import type { Reader } from "../wire/reader.ts";
import { Writer } from "../wire/writer.ts";
import type { Codec } from "./type.ts";

/** A tagged field this schema does not know: its number and its undecoded bytes. */
export interface UnknownTag {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/** A tag and a size. */
const minTagBytes = 2;

/** A tagged field as one version has it. */
export interface TaggedField {
  readonly name: string;
  readonly tag: number;
  readonly codec: Codec;
  readonly defaultValue: unknown;
}

interface TaggedSection {
  read(reader: Reader, into: Record<string, unknown>): void;
  write(writer: Writer, values: Readonly<Record<string, unknown>>): void;
}

/** The end of every struct in a flexible version: a count, then tag, size and bytes of each field (KIP-482). */
export function taggedSection(fields: readonly TaggedField[]): TaggedSection {
  const byTag = new Map(fields.map((field) => [field.tag, field]));
  return {
    read: (reader, into) => {
      const count = reader.uvarint();
      if (count > 0) readTags(reader, count, byTag, into);
    },
    write: (writer, values) => {
      const unknown = values["unknownTags"] as readonly UnknownTag[] | undefined;
      if (fields.length === 0 && unknown === undefined) {
        writer.uvarint(0);
        return;
      }
      const tags = [...encodedTags(fields, values), ...(unknown ?? [])];
      writer.uvarint(tags.length);
      // Readers may rely on ascending tags, and the Java client writes them so.
      for (const { tag, bytes } of tags.sort((one, other) => one.tag - other.tag)) {
        writer.uvarint(tag);
        writer.uvarint(bytes.byteLength);
        writer.raw(bytes);
      }
    },
  };
}

function readTags(
  reader: Reader,
  count: number,
  byTag: ReadonlyMap<number, TaggedField>,
  into: Record<string, unknown>,
): void {
  reader.expectElements(count, minTagBytes);
  const unknown: UnknownTag[] = [];
  for (let index = 0; index < count; index += 1) {
    const tag = reader.uvarint();
    const size = reader.uvarint();
    const field = byTag.get(tag);
    if (field === undefined) unknown.push({ tag, bytes: reader.slice(size) });
    else into[field.name] = readTagged(reader, size, field);
  }
  if (unknown.length > 0) into["unknownTags"] = unknown;
}

function readTagged(reader: Reader, size: number, field: TaggedField): unknown {
  try {
    return reader.within(size, field.codec.read);
  } catch (error) {
    throw CodecError.within(field.name, error);
  }
}

function* encodedTags(
  fields: readonly TaggedField[],
  values: Readonly<Record<string, unknown>>,
): Generator<UnknownTag> {
  for (const { name, tag, codec, defaultValue } of fields) {
    const value = values[name];
    if (value === undefined || equal(value, defaultValue)) continue;
    const writer = new Writer();
    try {
      codec.write(writer, value);
    } catch (error) {
      throw CodecError.within(name, error);
    }
    yield { tag, bytes: writer.finish() };
  }
}

/** Whether a field has its default; fields left out of a struct count as having theirs. */
function equal(value: unknown, defaultValue: unknown): boolean {
  if (value === undefined || value === defaultValue) return true;
  if (typeof value !== "object" || typeof defaultValue !== "object") return false;
  if (value === null || defaultValue === null) return false;
  if (Array.isArray(value)) return value.length === 0 && (defaultValue as readonly unknown[]).length === 0;
  if (value instanceof Uint8Array) {
    return value.byteLength === 0 && (defaultValue as Uint8Array).byteLength === 0;
  }
  const fields = new Set([...Object.keys(value), ...Object.keys(defaultValue)]);
  const [one, other] = [value as Record<string, unknown>, defaultValue as Record<string, unknown>];
  return [...fields].every((name) => equal(one[name], other[name]));
}
