import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "#base/json.ts";
import { rulesIn } from "#playground/faults/ruleFile.ts";
import {
  ruleFileSchema,
  ruleFileSchemaPath,
  ruleFileSchemaText,
} from "../../../scripts/faults/ruleSchema.ts";
import { fits } from "./schemaVerdict.ts";

const isRead = (value: Json) => rulesIn(JSON.stringify(value)).ok;

test("the schema that is shipped is the one that is made: npm run faults:generate", () => {
  expect(readFileSync(ruleFileSchemaPath, "utf8")).toBe(ruleFileSchemaText());
});

test("the manifest gives it to files of rules", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly contributes: { readonly jsonValidation: unknown };
  };

  expect(manifest.contributes.jsonValidation).toEqual([
    { fileMatch: "*.groupscope-faults.json", url: `./${ruleFileSchemaPath}` },
  ]);
});

test("every field of a rule is declared with the words that describe it", () => {
  const declared = fieldsDeclaredIn("src/playground/faults/faultRule.ts", ["FaultMatch", "FaultRule"]);

  const described = [...ruleFileSchemaText().matchAll(/^ +"(\w+)": \{$/gm)].map(([, name]) => name);
  expect(declared.length).toBeGreaterThan(15);
  expect(described).toEqual(expect.arrayContaining([...declared]));
});

/** The names of the fields of interfaces, as their declaration in TypeScript has them. */
function fieldsDeclaredIn(file: string, interfaces: readonly string[]): readonly string[] {
  const source = readFileSync(file, "utf8");
  return interfaces.flatMap((name) => {
    const [, body = ""] = new RegExp(`export interface ${name} \\{\\n(.*?)\\n\\}`, "s").exec(source) ?? [];
    return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field = ""]) => field);
  });
}

const hold: Json = { match: {}, action: { kind: "hold" } };

describe("the schema and the reader agree", () => {
  test.each<[what: string, file: Json, isFine: boolean]>([
    ["a list", [hold], true],
    ["an object with rules", { rules: [hold] }, true],
    ["no rules at all", {}, false],
    ["a rule that is none", [1], false],
    ["a rule without match", [{ action: { kind: "hold" } }], false],
    ["a rule without action", [{ match: {} }], false],
    ["an unknown kind of action", [{ match: {}, action: { kind: "explode" } }], false],
    ["an unknown field", [{ ...(hold as object), colour: "red" }], false],
    ["an action's field with another action", [{ match: {}, action: { kind: "hold", delayMs: 1 } }], false],
    ["a missing field of an action", [{ match: {}, action: { kind: "delay" } }], false],
    ["one that may be left out", [{ match: {}, action: { kind: "cutConnection" } }], true],
    ["a partition without topic", [{ match: { partition: 0 }, action: { kind: "drop" } }], false],
    ["a partition with topic", [{ match: { topic: "a", partition: 0 }, action: { kind: "drop" } }], true],
    ["several APIs", [{ match: { api: ["Fetch", "Produce"] }, action: { kind: "drop" } }], true],
    ["no API in a list", [{ match: { api: [] }, action: { kind: "drop" } }], false],
    ["an unknown API", [{ match: { api: "Fetsch" }, action: { kind: "drop" } }], false],
    ["an unknown error", [{ match: {}, action: { kind: "error", code: "NOPE" } }], false],
    ["a path", [{ match: {}, action: { kind: "edit", path: "a.b[*].c[0]", value: null } }], true],
    ["a text that is no path", [{ match: {}, action: { kind: "edit", path: "a..b", value: 1 } }], false],
    ["a value that no field has", [{ match: {}, action: { kind: "edit", path: "a", value: [] } }], false],
  ])("on %s", (_what, file, isFine) => {
    expect({ schema: fits(ruleFileSchema, file), reader: isRead(file) }).toEqual({
      schema: isFine,
      reader: isFine,
    });
  });

  test("on whatever fields have whatever values", () => {
    const value = fc.constantFrom<Json[]>(
      "Fetch",
      "NOT_COORDINATOR",
      "crc",
      "request",
      "a.b",
      "a..b",
      "",
      0,
      1,
      1.5,
      -1,
      true,
      null,
      [],
      ["Fetch"],
      {},
    );
    const match = fc.dictionary(
      fc.constantFrom(
        "api",
        "minVersion",
        "maxVersion",
        "groupId",
        "memberId",
        "topic",
        "partition",
        "clientId",
        "nodeId",
        "groupState",
        "afterMs",
        "untilMs",
        "nth",
        "everyNth",
        "probability",
        "colour",
      ),
      value,
      { maxKeys: 3 },
    );
    const kind = fc.constantFrom(
      "hold",
      "delay",
      "error",
      "drop",
      "cutConnection",
      "corrupt",
      "partitionError",
      "omit",
      "edit",
      "throttle",
      "duplicate",
      "explode",
    );
    const rest = fc.dictionary(
      fc.constantFrom("delayMs", "code", "midFrame", "how", "path", "value", "throttleMs"),
      value,
      { maxKeys: 2 },
    );
    const action = fc.tuple(kind, rest).map(([name, fields]) => ({ kind: name, ...fields }));
    const more = fc.dictionary(fc.constantFrom("title", "kind", "times", "at"), value, { maxKeys: 2 });
    const rule = fc
      .tuple(match, action, more)
      .map(([m, a, others]) => ({ match: m, action: a, ...others }) as Json);

    let fine = 0;
    fc.assert(
      fc.property(rule, (each) => {
        const verdict = isRead([each]);
        if (verdict) fine++;
        return fits(ruleFileSchema, [each]) === verdict;
      }),
      { seed: 7, numRuns: 5_000 },
    );

    expect(fine).toBeGreaterThan(50);
  });
});
