import { apiByKey } from "#protocol/apiRegistry.ts";
import type { Explained, ExplainedField } from "#protocol/explain/explainedField.ts";
import { explainRequest, explainResponse } from "#protocol/explain/explainMessage.ts";
import type { KeptFrame } from "./exchange.ts";

/** What a row says of a request. */
export interface RequestSummary {
  readonly apiKey: number | undefined;
  /** Kafka's name, or the number of an API we do not know. */
  readonly api: string;
  readonly version: number | undefined;
  readonly clientId: string | undefined;
  readonly groupIds: readonly string[];
  readonly memberIds: readonly string[];
  /** `orders-0`; topics by their id where the request has no name. */
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

const requestFields = 600;
const responseFields = 4_000;
const maxErrors = 5;

/** What a request is about, as far as its bytes say. */
export function requestSummary(frame: KeptFrame): RequestSummary {
  const { fields } = explainRequest(frame.bytes, { maxFields: requestFields });
  const numberOf = (index: number) => {
    const value = fields[index]?.value;
    return typeof value === "number" ? value : undefined;
  };
  const apiKey = numberOf(0);
  const clientId = fields[3]?.value;
  return {
    apiKey,
    api: apiKey === undefined ? unnamed(frame) : (apiByKey(apiKey)?.name ?? `API ${apiKey}`),
    version: numberOf(1),
    clientId: typeof clientId === "string" ? clientId : undefined,
    groupIds: textsOf(fields, ["groupId", "groups", "groupsNames", "coordinatorKeys", "key"]),
    memberIds: textsOf(fields, ["memberId"]),
    topics: topicsOf(fields),
  };
}

/** Clients before KIP-152 send tokens that are no requests, and whose bytes are not kept. */
function unnamed({ cut }: KeptFrame): string {
  return cut === "secret" ? "token" : "not readable";
}

/** The names of the errors that an answer says, each once. */
export function answerErrors(
  frame: KeptFrame,
  of: { readonly apiKey: number; readonly version: number },
): readonly string[] {
  const explained = explainResponse(frame.bytes, { ...of, maxFields: responseFields });
  const errors = new Set<string>();
  each(explained.fields, ({ meaning, kind }) => {
    if (meaning !== undefined && kind === "int16") errors.add(meaning);
  });
  const unreadable = problemOf(explained, frame);
  return [...(unreadable === undefined ? [] : ["not readable"]), ...Array.from(errors).slice(0, maxErrors)];
}

/** Why the bytes are no such message; of a frame that was cut, that it ends says nothing. */
export function problemOf({ problem }: Explained, frame: KeptFrame): Explained["problem"] {
  return frame.cut === undefined ? problem : undefined;
}

function each(fields: readonly ExplainedField[], visit: (field: ExplainedField) => void): void {
  for (const field of fields) {
    visit(field);
    each(field.children, visit);
  }
}

function textsOf(fields: readonly ExplainedField[], names: readonly string[]): readonly string[] {
  const texts = new Set<string>();
  each(fields, (field) => {
    if (!names.includes(field.name)) return;
    for (const { value } of [field, ...field.children]) {
      if (typeof value === "string" && value !== "") texts.add(value);
    }
  });
  return Array.from(texts);
}

/** A struct with a topic's name or id and a list whose name begins with partition. */
function topicsOf(fields: readonly ExplainedField[]): RequestSummary["topics"] {
  const topics: { topic: string; partitions: readonly number[] }[] = [];
  each(fields, ({ kind, children }) => {
    if (kind !== "struct") return;
    const name = children.find((child) => ["name", "topic", "topicName", "topicId"].includes(child.name));
    const partitions = children.find((child) => child.kind === "array" && child.name.startsWith("partition"));
    if (typeof name?.value !== "string" || !partitions) return;
    topics.push({ topic: name.value, partitions: partitions.children.flatMap(partitionOf) });
  });
  return topics;
}

function partitionOf({ value, children }: ExplainedField): readonly number[] {
  const index = children.find(({ name }) => ["partitionIndex", "partition", "index"].includes(name));
  const number = value ?? index?.value;
  return typeof number === "number" ? [number] : [];
}
