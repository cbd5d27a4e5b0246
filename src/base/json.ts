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

/** The parsed value; the error says in one line what is wrong, and where. */
export function readJson(text: string): Result<Json, string> {
  try {
    return ok(JSON.parse(text) as Json);
  } catch (error) {
    const why = messageOf(error).replaceAll(/\s+/g, " ");
    return err(/\(line \d+ column \d+\)$/.test(why) ? why : `${why} (${placeOf(text)})`);
  }
}

/** Where the text stops being the beginning of some JSON; V8 tells only of some mistakes where they are. */
function placeOf(text: string): string {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (canGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const lines = text.slice(0, good).split("\n");
  return `line ${lines.length} column ${(lines.at(-1) ?? "").length + 1}`;
}

function canGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const why = messageOf(error);
    return /Unexpected end|Unterminated/.test(why) || why.includes(`position ${beginning.length} `);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Tells an object from every other thing JSON can hold; an array is none. */
export function isJsonObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
