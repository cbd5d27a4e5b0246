import type { Outcome, RequestFilter, RequestRow } from "#webview/requests/contract.ts";
import type { Exchange } from "./exchange.ts";
import { isByObserver } from "./observerClient.ts";
import type { ReadExchange } from "./summaries.ts";

/** What rows need to know beside the exchange. */
export interface RowNames {
  readonly now: number;
  faultTitle(faultId: string): string | undefined;
  topicName(topicId: string): string | undefined;
}

const maxTopics = 3;
const maxPartitions = 4;

/** One line of the list. */
export function requestRow(read: ReadExchange, names: RowNames): RequestRow {
  const { exchange, summary } = read;
  return {
    exchangeId: exchange.exchangeId,
    at: exchange.at,
    nodeId: exchange.nodeId,
    client: clientOf(read),
    api: summary.api,
    version: summary.version ?? null,
    about: aboutText(read, names),
    tookMs: (exchange.end?.at ?? names.now) - exchange.at,
    outcome: outcomeOf(read),
    fault: faultText(exchange, names) ?? null,
  };
}

/** The client's name, or where it comes from. */
export function clientOf({ exchange, summary }: ReadExchange): string {
  return summary.clientId === undefined || summary.clientId === "" ? exchange.remote : summary.clientId;
}

export function outcomeOf({ exchange, errors }: ReadExchange): Outcome {
  const { end } = exchange;
  switch (end?.type) {
    case undefined:
      return { kind: "waiting", text: "waits" };
    case "unanswered":
      return { kind: "unanswered", text: "no answer" };
    case "closed":
      return { kind: "closed", text: `closed: ${end.reason}` };
    case "answered":
      return errors.length === 0 ? { kind: "ok", text: "" } : { kind: "error", text: errors.join(", ") };
  }
}

/** Which rules acted, in their own words. */
export function faultText({ faultIds }: Exchange, names: RowNames): string | undefined {
  if (faultIds.length === 0) return undefined;
  return faultIds.map((faultId) => names.faultTitle(faultId) ?? faultId).join(", ");
}

export function passes(read: ReadExchange, filter: RequestFilter, names: RowNames): boolean {
  const { exchange, summary } = read;
  if (!filter.own && filter.clientId === null && isByObserver(read)) return false;
  if (filter.api !== null && filter.api !== summary.api) return false;
  if (filter.clientId !== null && filter.clientId !== clientOf(read)) return false;
  if (filter.groupId !== null && !summary.groupIds.includes(filter.groupId)) return false;
  if (filter.nodeId !== null && filter.nodeId !== exchange.nodeId) return false;
  const outcome = outcomeOf(read);
  if (filter.errorsOnly && outcome.kind !== "error" && outcome.kind !== "closed") return false;
  const wanted = filter.text.trim().toLowerCase();
  if (wanted === "") return true;
  const texts = [
    summary.api,
    clientOf(read),
    exchange.remote,
    aboutText(read, names),
    ...summary.memberIds,
    outcome.text,
    faultText(exchange, names) ?? "",
  ];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

function aboutText({ summary }: ReadExchange, names: RowNames): string {
  const topics = summary.topics.slice(0, maxTopics).map(({ topic, partitions }) => {
    const name = names.topicName(topic) ?? topic;
    const shown = partitions.slice(0, maxPartitions).join(", ");
    const more = partitions.length > maxPartitions ? ", …" : "";
    return partitions.length === 0 ? name : `${name}-${shown}${more}`;
  });
  if (summary.topics.length > maxTopics) topics.push("…");
  return [summary.groupIds.join(", "), topics.join(", ")].filter((part) => part !== "").join(" · ");
}
