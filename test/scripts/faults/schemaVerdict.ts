import { isJsonObject, type Json } from "#base/json.ts";
import type { JsonSchema } from "../../../scripts/faults/ruleSchema.ts";

/** Whether a value is as the schema wants it: what a JSON editor would underline is not. Only what the rules' schema uses. */
export function fits(schema: JsonSchema, value: Json): boolean {
  return (
    fitsType(schema, value) &&
    fitsText(schema, value) &&
    fitsNumber(schema, value) &&
    fitsList(schema, value) &&
    fitsObject(schema, value) &&
    (schema.anyOf === undefined || schema.anyOf.some((each) => fits(each, value))) &&
    (schema.oneOf === undefined || schema.oneOf.filter((each) => fits(each, value)).length === 1)
  );
}

function fitsType({ type }: JsonSchema, value: Json): boolean {
  if (type === undefined) return true;
  const types = typeof type === "string" ? [type] : type;
  return types.some((each) => (each === "integer" ? Number.isInteger(value) : each === typeOf(value)));
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function fitsText({ const: only, enum: names, minLength, pattern }: JsonSchema, value: Json): boolean {
  if (only !== undefined && value !== only) return false;
  if (names !== undefined && !names.some((name) => name === value)) return false;
  if (typeof value !== "string") return true;
  return value.length >= (minLength ?? 0) && (pattern === undefined || new RegExp(pattern).test(value));
}

function fitsNumber({ minimum, maximum }: JsonSchema, value: Json): boolean {
  if (typeof value !== "number") return true;
  return value >= (minimum ?? value) && value <= (maximum ?? value);
}

function fitsList({ items, minItems = 0 }: JsonSchema, value: Json): boolean {
  if (!Array.isArray(value)) return true;
  const list = value as readonly Json[];
  return list.length >= minItems && list.every((each) => items === undefined || fits(items, each));
}

function fitsObject(schema: JsonSchema, value: Json): boolean {
  if (!isJsonObject(value)) return true;
  const { properties = {}, required = [], additionalProperties = true, dependencies = {} } = schema;
  const has = (field: string) => Object.hasOwn(value, field);
  return (
    required.every(has) &&
    Object.entries(dependencies).every(([field, needed]) => !has(field) || needed.every(has)) &&
    Object.entries(value).every(([field, each]) => {
      const known = Object.hasOwn(properties, field) ? properties[field] : undefined;
      return known === undefined ? additionalProperties : fits(known, each);
    })
  );
}
