import { err, ok, type Result } from "./result.ts";

/** What JSON can hold. Offsets are decimal strings (`offset.toString()`), so that no digit is lost. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Offsets as decimal strings; everything else as JSON.stringify does it. */
export function stringifyWithBigints(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === "bigint" ? item.toString() : item),
    indent,
  );
}

/** The parsed value, or undefined when the text is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The parsed value; the error says in one line what was expected, and mostly where. */
export function readJson(text: string): Result<Json, string> {
  try {
    return ok(JSON.parse(text) as Json);
  } catch (error) {
    return err(error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : String(error));
  }
}

/** Tells an object from every other thing JSON can hold; an array is none. */
export function isJsonObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
