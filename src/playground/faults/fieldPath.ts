import { err, ok, type Result } from "#base/result.ts";
import type { FieldValue } from "./faultRule.ts";

/** One step into a decoded answer: a field, an element, or all elements. */
export type PathStep = { readonly field: string } | { readonly index: number } | { readonly index: "all" };

const stepPattern = /^(?:\.?([A-Za-z][A-Za-z0-9]*)|\[(\d{1,6}|\*)\])/;

/** Reads `responses[0].partitions[*].highWatermark`; the error says where it is no path any more. */
export function parseFieldPath(text: string): Result<readonly PathStep[], string> {
  const steps: PathStep[] = [];
  for (let rest = text; rest !== ""; ) {
    const found = stepPattern.exec(rest);
    if (!found || (steps.length === 0 && !/^[A-Za-z]/.test(rest))) {
      return err(`"${text}" is no path: at "${rest}" a field or [0] or [*] was expected`);
    }
    const [whole, field, index] = found;
    if (field !== undefined) steps.push({ field });
    else steps.push({ index: index === "*" ? "all" : Number(index) });
    rest = rest.slice(whole.length);
  }
  return steps.length > 0 ? ok(steps) : err("an empty text is no path");
}

/**
 * Sets what the path leads to in a decoded message, and says how many places that were. A value takes the type of what
 * was there, so that the message can still be written; what cannot be set so is left alone.
 */
export function setField(message: unknown, steps: readonly PathStep[], value: FieldValue): number {
  const [step, ...rest] = steps;
  if (step === undefined || typeof message !== "object" || message === null) return 0;
  const holder = message as Record<string | number, unknown>;
  let count = 0;
  for (const key of keysOf(holder, step)) {
    if (rest.length > 0) {
      count += setField(holder[key], rest, value);
      continue;
    }
    const fitting = inTypeOf(holder[key], value);
    if (fitting === undefined) continue;
    holder[key] = fitting;
    count++;
  }
  return count;
}

function keysOf(holder: Record<string | number, unknown>, step: PathStep): readonly (string | number)[] {
  if ("field" in step) return Object.hasOwn(holder, step.field) ? [step.field] : [];
  if (!Array.isArray(holder)) return [];
  if (step.index === "all") return Array.from(holder.keys());
  return step.index < holder.length ? [step.index] : [];
}

/** The value in the type of the one it replaces; undefined when it has no such form. */
function inTypeOf(current: unknown, value: FieldValue): unknown {
  switch (typeof current) {
    case "bigint":
      return wholeNumber(value);
    case "number":
      return isNumeric(value) ? Number(value) : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "string":
      return value === null ? null : String(value);
    default:
      // Null, or a structure: only null and, for what was null, a text can take its place.
      if (value === null) return null;
      return current === null && typeof value === "string" ? value : undefined;
  }
}

function isNumeric(value: FieldValue): boolean {
  return (
    (typeof value === "number" || typeof value === "string") && value !== "" && !Number.isNaN(Number(value))
  );
}

function wholeNumber(value: FieldValue): bigint | undefined {
  return /^-?\d{1,19}$/.test(String(value)) ? BigInt(String(value)) : undefined;
}
