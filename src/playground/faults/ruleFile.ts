import { isJsonObject, type Json, readJson } from "#base/json.ts";
import { err, ok, type Result } from "#base/result.ts";
import { allApis } from "#protocol/apiRegistry.ts";
import { errorTable } from "#protocol/errorTable.ts";
import { type KafkaRelease, newestRelease } from "../versions/kafkaReleases.ts";
import { batchCorruptions } from "./corruptBatch.ts";
import type { FaultAction, FaultMatch, FaultRule } from "./faultRule.ts";
import { parseFieldPath } from "./fieldPath.ts";
import { vainReasons } from "./vainRule.ts";

/** Characters of a wrong value that are shown. */
const mostQuoted = 80;

/** Why a value cannot stand where it stands; undefined when it can. */
type Check = (value: Json) => string | undefined;

/** The fields of an object, each with its check. */
type Fields = Readonly<Record<string, Check>>;

const apiNames: ReadonlySet<string> = new Set(allApis.map(({ name }) => name));

const text: Check = (value) => (typeof value === "string" && value !== "" ? undefined : "must be a text");
const flag: Check = (value) => (typeof value === "boolean" ? undefined : "must be true or false");
const chance: Check = (value) =>
  typeof value === "number" && value >= 0 && value <= 1 ? undefined : "must be a number from 0 to 1";
const fieldValue: Check = (value) =>
  typeof value === "object" && value !== null ? "must be a text, a number, true, false or null" : undefined;

function wholeFrom(least: number): Check {
  return (value) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= least
      ? undefined
      : `must be a whole number from ${least} on`;
}

function oneOf(what: string, names: Iterable<string>): Check {
  const known = new Set(names);
  return (value) =>
    typeof value === "string" && known.has(value) ? undefined : `${quoted(value)} is no ${what}`;
}

const api = oneOf("API of Kafka", apiNames);

const matchFields: { readonly [Field in keyof Required<FaultMatch>]: Check } = {
  api: (value) =>
    Array.isArray(value)
      ? (value.map((each: Json) => api(each)).find((problem) => problem !== undefined) ??
        (value.length === 0 ? "must name an API" : undefined))
      : api(value),
  minVersion: wholeFrom(0),
  maxVersion: wholeFrom(0),
  groupId: text,
  memberId: text,
  topic: text,
  partition: wholeFrom(0),
  clientId: text,
  nodeId: wholeFrom(0),
  groupState: text,
  afterMs: wholeFrom(0),
  untilMs: wholeFrom(0),
  nth: wholeFrom(1),
  everyNth: wholeFrom(1),
  probability: chance,
};

const code = oneOf("error of Kafka", Object.keys(errorTable));

/** The fields each kind of action has beside its kind; those of `optional` may be left out. */
const actions: {
  readonly [Kind in FaultAction["kind"]]: { readonly needed?: Fields; readonly optional?: Fields };
} = {
  hold: {},
  delay: { needed: { delayMs: wholeFrom(0) } },
  error: { needed: { code } },
  drop: {},
  cutConnection: { optional: { midFrame: flag } },
  corrupt: { needed: { how: oneOf("way to corrupt a batch", Object.keys(batchCorruptions)) } },
  repeat: {},
  partitionError: { needed: { code } },
  omit: {},
  edit: {
    needed: {
      path: (value) => {
        if (typeof value !== "string") return "must be a text";
        const path = parseFieldPath(value);
        return path.ok ? undefined : path.error;
      },
      value: fieldValue,
    },
  },
  throttle: { needed: { throttleMs: wholeFrom(0) } },
  duplicate: {},
};

const ruleFields: Fields = {
  title: text,
  kind: text,
  times: wholeFrom(1),
  at: oneOf("stage, which are request and response", ["request", "response"]),
};

/**
 * Reads rules from a JSON text: a list of them, or `{"rules": [...]}`. The error lists everything that is wrong, each
 * with where it stands, as `rules[2].match.api`: also what makes that a rule could never act on a broker of the release.
 */
export function parseRuleFile(
  textOfFile: string,
  release: KafkaRelease = newestRelease,
): Result<readonly FaultRule[], readonly string[]> {
  const rules = rulesIn(textOfFile);
  if (!rules.ok) return rules;
  const vain = rules.value.flatMap((rule, index) =>
    vainReasons(rule, release).map((reason) => `rules[${index}].${reason}`),
  );
  return vain.length === 0 ? rules : err(vain);
}

/** As `parseRuleFile`, of rules that need not make sense. */
export function rulesIn(textOfFile: string): Result<readonly FaultRule[], readonly string[]> {
  // Editors of Windows put a mark in front, which is no part of the JSON.
  const read = readJson(textOfFile.replace(/^\ufeff/, ""));
  if (!read.ok) return err([`This is no JSON: ${read.error}`]);
  const json = read.value;
  const rules = isJsonObject(json) ? json["rules"] : json;
  if (!Array.isArray(rules)) return err(["This is no JSON list of rules, nor an object with one as rules."]);
  const problems = (rules as readonly Json[]).flatMap((rule, index) => ruleProblems(rule, `rules[${index}]`));
  // Every field was checked, which is what makes these texts and numbers rules.
  return problems.length === 0 ? ok(rules as unknown as readonly FaultRule[]) : err(problems);
}

function ruleProblems(rule: Json, at: string): readonly string[] {
  if (!isJsonObject(rule)) return [`${at} must be an object with match and action`];
  const { match = {}, action, ...rest } = rule;
  if (!("match" in rule)) return [`${at}.match is missing; {} matches every request`];
  return [
    ...fieldProblems(rest, { fields: ruleFields, at }),
    ...(isJsonObject(match) ? matchProblems(match, `${at}.match`) : [`${at}.match must be an object`]),
    ...actionProblems(action, `${at}.action`),
  ];
}

function matchProblems(match: { readonly [field: string]: Json }, at: string): readonly string[] {
  const problems = [...fieldProblems(match, { fields: matchFields, at })];
  if ("partition" in match && !("topic" in match)) problems.push(`${at}.partition needs a topic beside it`);
  return problems;
}

function actionProblems(action: Json | undefined, at: string): readonly string[] {
  if (!isJsonObject(action)) return [`${at} must be an object with a kind`];
  const { kind, ...rest } = action;
  const known = Object.entries(actions).find(([name]) => name === kind);
  if (!known) {
    const kinds = Object.keys(actions).join(", ");
    return [`${at}.kind: ${quoted(kind)} is none of ${kinds}`];
  }
  const { needed = {}, optional = {} } = known[1];
  const missing = Object.keys(needed).filter((field) => !(field in rest));
  return [
    ...missing.map((field) => `${at}.${field} is missing`),
    ...fieldProblems(rest, { fields: { ...needed, ...optional }, at }),
  ];
}

/** A value as it stands in the file, when it is short; lists and objects can be deeper than can be written out. */
function quoted(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isJsonObject(value)) return "an object";
  const text = JSON.stringify(value);
  return text.length <= mostQuoted ? text : `${text.slice(0, mostQuoted)}…`;
}

function fieldProblems(
  object: { readonly [field: string]: Json },
  { fields, at }: { readonly fields: Fields; readonly at: string },
): readonly string[] {
  return Object.entries(object).flatMap(([field, value]) => {
    const check = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (!check) return [`${at}.${field} is not known; known are ${Object.keys(fields).join(", ") || "none"}`];
    const problem = check(value);
    return problem === undefined ? [] : [`${at}.${field}: ${problem}`];
  });
}
