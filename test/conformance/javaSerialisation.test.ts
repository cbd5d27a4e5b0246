import { Buffer } from "node:buffer";
import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { allApis } from "#protocol/apiRegistry.ts";
import { type Field, isField, type Type } from "#protocol/schema/type.ts";
import { randomMessage } from "#test/protocol/randomMessage.ts";
import { newestKafka, olderKafka } from "../../scripts/protocol/kafkaClients.ts";
import { differences } from "./differences.ts";
import {
  echoedByJava,
  expectJava,
  type JavaMessage,
  type MessageForJava,
  randomJavaMessages,
} from "./javaClient.ts";
import { type Subject, subjects } from "./ourCodec.ts";

const seed = 20_241;
const messagesPerVersion = 24;
const shownFailures = 20;

const subjectOf = (kind: string, name: string): Subject => {
  const found = subjects.find((subject) => subject.kind === kind && subject.name === name);
  if (found === undefined) throw new Error(`we have no ${kind} ${name}`);
  return found;
};

/** Each version of each direction, as text. */
const versionsOf = (messages: readonly { kind: string; name: string; version: number }[]) =>
  new Set(messages.map(({ kind, name, version }) => `${kind} ${name} v${version}`));

let newer: readonly JavaMessage[];
let older: readonly JavaMessage[];

beforeAll(() => {
  expectJava();
  newer = randomJavaMessages(newestKafka, { seed, count: messagesPerVersion });
  older = randomJavaMessages(olderKafka, { seed, count: messagesPerVersion, below: lowestVersions(newer) });
});

describe("the Java client", () => {
  test("knows the same APIs and versions as we do", () => {
    const theirs = versionsOf([...newer, ...older]);

    const ours = subjects.flatMap(({ kind, name, versions: [min, max] }) =>
      Array.from({ length: max - min + 1 }, (_, index) => ({ kind, name, version: min + index })),
    );

    expect([...versionsOf(ours)].sort()).toEqual([...theirs].sort());
    expect(theirs.size).toBeGreaterThan(600);
  });

  test("of the newest Kafka and we read the same fields and write the same bytes", () => {
    const failures = newer.flatMap(compare);

    expect(failures.slice(0, shownFailures)).toEqual([]);
  });

  test("of an older Kafka agrees on the versions that the newest has dropped", () => {
    const failures = older.flatMap(compare);

    expect(failures.slice(0, shownFailures)).toEqual([]);
    expect(older.length).toBeGreaterThan(50 * messagesPerVersion);
  });

  test("reads every message we make and writes the same bytes", () => {
    const lowest = lowestVersions(newer);
    const messages = ourRandomMessages();
    const [recent, dropped] = [
      messages.filter(({ name, version }) => version >= (lowest.get(name) ?? 0)),
      messages.filter(({ name, version }) => version < (lowest.get(name) ?? 0)),
    ];

    const failures = [...notEchoed(newestKafka, recent), ...notEchoed(olderKafka, dropped)];

    expect(failures.slice(0, shownFailures)).toEqual([]);
  });
});

function lowestVersions(messages: readonly JavaMessage[]): ReadonlyMap<string, number> {
  const lowest = new Map<string, number>();
  for (const { name, version } of messages) lowest.set(name, Math.min(version, lowest.get(name) ?? version));
  return lowest;
}

function compare(message: JavaMessage): readonly string[] {
  const { kind, name, version, bytes, fields } = message;
  const subject = subjectOf(kind, name);
  const label = `${kind} ${name} v${version}`;
  try {
    const ours = subject.decode(version, bytes);
    const again = subject.encode(version, ours);
    return [
      ...differences(ours.body, fields.body, isForgotten(subject, version)).map((text) => `${label} ${text}`),
      ...headerDifferences(ours.header, fields.header).map((text) => `${label} header ${text}`),
      ...(Buffer.from(bytes).equals(again) ? [] : [`${label}: our bytes differ`]),
    ];
  } catch (error) {
    return [`${label}: ${String(error)}`];
  }
}

/** The Java client calls the first fields of a header by longer names. */
function headerDifferences(
  ours: unknown,
  theirs: Readonly<Record<string, unknown>> | undefined,
): readonly string[] {
  if (theirs === undefined) return [];
  const { requestApiKey, requestApiVersion, ...rest } = theirs;
  const renamed =
    requestApiKey === undefined ? rest : { apiKey: requestApiKey, apiVersion: requestApiVersion, ...rest };
  return differences(ours, renamed, () => false);
}

/** A field that one of the two releases does not have must be outside its versions, and carry its default. */
function isForgotten({ type }: Subject, version: number): (path: string, value: unknown) => boolean {
  return (path, value) => {
    const field = fieldAt(type, path.split("."));
    const isAbsent = field !== undefined && (version < field.from || version > field.to);
    return isAbsent && isDeepStrictEqual(value, field.defaultValue);
  };
}

function fieldAt(type: Type, [first, ...rest]: readonly string[]): Field | undefined {
  const struct = structOf(type);
  const entry = struct[(first ?? "").replace("[]", "")];
  if (entry === undefined) return undefined;
  if (rest.length === 0) return isField(entry) ? entry : undefined;
  return fieldAt(isField(entry) ? entry.type : entry, rest);
}

function structOf({ shape }: Type): Readonly<Record<string, Type | Field>> {
  switch (shape.kind) {
    case "struct":
      return shape.fields;
    case "array":
      return structOf(shape.element);
    case "nullable":
      return structOf(shape.type);
    case "primitive":
      return {};
  }
}

function ourRandomMessages(): readonly MessageForJava[] {
  const random = seededRandom(seed);
  return subjects.flatMap((subject) => {
    const { kind, name, type, versions } = subject;
    const [min, max] = versions;
    return Array.from({ length: (max - min + 1) * messagesPerVersion }, (_, index) => {
      const version = min + Math.floor(index / messagesPerVersion);
      const flexible = subject.isFlexible(version);
      const body = randomMessage(type, { version, flexible, random });
      const header = kind === "request" ? requestHeader(name, version, index) : { correlationId: index };
      return { kind, name, version, bytes: subject.encode(version, { header, body }) };
    });
  });
}

function requestHeader(
  name: string,
  version: number,
  correlationId: number,
): Readonly<Record<string, unknown>> {
  const apiKey = allApis.find((api) => api.name === name)?.key;
  return {
    apiKey,
    apiVersion: version,
    correlationId,
    clientId: correlationId % 3 === 0 ? null : "groupscope",
  };
}

function notEchoed(kafka: string, messages: readonly MessageForJava[]): readonly string[] {
  const echoes = echoedByJava(kafka, messages);
  return messages.flatMap(({ kind, name, version, bytes }, index) => {
    const echo = echoes[index];
    if (echo === Buffer.from(bytes).toString("base64")) return [];
    return [`${kind} ${name} v${version}: ${echo?.startsWith("refused") ? echo : "other bytes"}`];
  });
}
