import { durationText } from "#model/words.ts";
import type { Explained, ExplainedField } from "#protocol/explain/explainedField.ts";
import { explainRequest, explainResponse } from "#protocol/explain/explainMessage.ts";
import type { ExchangeDetail, FieldRow, MessageSide } from "#webview/requests/contract.ts";
import type { KeptFrame } from "./exchange.ts";
import { problemOf, type RequestSummary } from "./exchangeSummary.ts";
import { hexLines } from "./hexLines.ts";
import { clientOf, faultText, outcomeOf, type RowNames } from "./requestRows.ts";
import type { ReadExchange } from "./summaries.ts";

const maxFields = 600;
const maxLines = 128;

/** Where the hex views begin. */
export interface HexPlaces {
  readonly request: number;
  readonly response: number;
}

/** One exchange, opened: both messages as fields and as bytes. */
export function exchangeDetail(
  read: ReadExchange,
  names: RowNames & { timeText(at: number): string },
  hexFrom: HexPlaces,
): ExchangeDetail {
  const { exchange, summary } = read;
  const { end } = exchange;
  const outcome = outcomeOf(read);
  const fault = faultText(exchange, names);
  const took = durationText((end?.at ?? names.now) - exchange.at);
  const answer = end?.type === "answered" ? end.response : undefined;
  return {
    exchangeId: exchange.exchangeId,
    title: `${apiText(summary)} of ${clientOf(read)} to node ${exchange.nodeId}`,
    facts: [
      { label: "Came", text: `${names.timeText(exchange.at)} from ${exchange.remote}` },
      { label: "Took", text: end ? took : `waits for ${took}` },
      { label: "Outcome", text: outcome.text === "" ? "answered, no error" : outcome.text },
      { label: "Faults", text: fault ?? "none acted on it" },
    ],
    request: side("Request", exchange.request, {
      fromOffset: hexFrom.request,
      explain: explainedRequest,
      missing: "What came was no request, and is not kept.",
    }),
    response: side("Response", answer, {
      fromOffset: hexFrom.response,
      explain: (frame) => explainedResponse(frame, summary),
      missing: noAnswerText(read),
    }),
  };
}

/** The same as JSON, every field in its place. */
export function exchangeJson({ exchange, summary }: ReadExchange, names: RowNames): string {
  const { end, request } = exchange;
  const answer = end?.type === "answered" ? end.response : undefined;
  return JSON.stringify(
    {
      api: summary.api,
      version: summary.version,
      atMs: Math.round(exchange.at),
      tookMs: end && Math.round(end.at - exchange.at),
      nodeId: exchange.nodeId,
      from: exchange.remote,
      faults: exchange.faultIds.map((faultId) => names.faultTitle(faultId) ?? faultId),
      request: request && jsonOf(explainRequest(request.bytes, { maxFields: 100_000 }), request),
      ...(answer && { response: jsonOf(explainedResponse(answer, summary, 100_000), answer) }),
      ...(end?.type === "closed" && { closed: end.reason }),
    },
    undefined,
    2,
  );
}

function explainedRequest(frame: KeptFrame): Explained {
  return explainRequest(frame.bytes, { maxFields });
}

function explainedResponse(
  frame: KeptFrame,
  { apiKey = -1, version = -1 }: RequestSummary,
  most = maxFields,
): Explained {
  return explainResponse(frame.bytes, { apiKey, version, maxFields: most });
}

function apiText({ api, version }: RequestSummary): string {
  return version === undefined ? api : `${api} v${version}`;
}

function noAnswerText({ exchange: { end } }: ReadExchange): string {
  switch (end?.type) {
    case undefined:
      return "It was not answered yet.";
    case "closed":
      return `The connection was closed instead: ${end.reason}.`;
    default:
      return "There is no answer: the client wanted none, or a fault kept it back.";
  }
}

function side(
  what: "Request" | "Response",
  frame: KeptFrame | undefined,
  how: {
    readonly fromOffset: number;
    readonly explain: (frame: KeptFrame) => Explained;
    readonly missing: string;
  },
): MessageSide {
  if (!frame) return { title: what, notes: [how.missing], fields: [], hex: [], keptBytes: 0 };
  const explained = frame.bytes.length === 0 ? nothing : how.explain(frame);
  return {
    title: `${what}, ${frame.sizeInBytes.toLocaleString("en")} bytes`,
    notes: notesOf(explained, frame),
    fields: fieldRows(explained.fields),
    hex: hexLines(frame.bytes, { fromOffset: how.fromOffset, maxLines }),
    keptBytes: frame.bytes.length,
  };
}

const nothing: Explained = { fields: [], problem: undefined, isCut: false };

function notesOf(explained: Explained, frame: KeptFrame): readonly string[] {
  const notes: string[] = [];
  if (frame.cut === "secret") notes.push("It may hold a password or a token: its content is never kept.");
  if (frame.cut === "long") {
    notes.push(`Only its first ${frame.bytes.length.toLocaleString("en")} bytes are kept.`);
  }
  const problem = problemOf(explained, frame);
  if (problem) notes.push(`Not readable from byte ${problem.offset} on: ${problem.message}.`);
  if (explained.isCut) notes.push(`Its first ${maxFields} fields are shown; copied as JSON it has all.`);
  return notes;
}

function fieldRows(fields: readonly ExplainedField[]): readonly FieldRow[] {
  const rows: FieldRow[] = [];
  const add = (field: ExplainedField, depth: number) => {
    rows.push({
      index: rows.length,
      depth,
      name: field.name,
      kind: field.kind,
      value: valueText(field),
      meaning: field.meaning ?? null,
      offset: field.offset,
      length: field.length,
    });
    for (const child of field.children) add(child, depth + 1);
  };
  for (const field of fields) add(field, 0);
  return rows;
}

function valueText({ kind, value, children }: ExplainedField): string {
  if (value === null) return "null";
  if (value === undefined) return kind === "array" ? `${children.length}` : "";
  return kind === "string" ? JSON.stringify(value) : String(value);
}

type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

function jsonOf(explained: Explained, frame: KeptFrame): JsonValue {
  const problem = problemOf(explained, frame);
  return {
    ...objectOf(explained.fields),
    ...(problem && { "not readable": `${problem.message} (byte ${problem.offset})` }),
    ...(frame.cut === "secret" && { "not kept": "it may hold a password or a token" }),
    ...(frame.cut === "long" && { "not kept": `everything after byte ${frame.bytes.length}` }),
  };
}

function objectOf(fields: readonly ExplainedField[]): { readonly [name: string]: JsonValue } {
  return Object.fromEntries(fields.map((field) => [field.name, fieldJson(field)]));
}

function fieldJson({ kind, value, children, meaning }: ExplainedField): JsonValue {
  if (value === null) return null;
  if (kind === "array") return children.map(fieldJson);
  if (children.length > 0) return objectOf(children);
  if (value === undefined) return {};
  return meaning === undefined ? value : `${value} ${meaning}`;
}
