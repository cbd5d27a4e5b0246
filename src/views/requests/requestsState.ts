import { countedText, countText } from "#model/words.ts";
import type { ExchangeDetail, RequestFilter, RequestsState } from "#webview/requests/contract.ts";
import { type ListViewport, listWindow } from "../listWindow.ts";
import { clientOf, passes, type RowNames, requestRow } from "./requestRows.ts";
import type { ReadExchange } from "./summaries.ts";

/** Everything the panel shows, before it is put into words. */
export interface RequestsInput {
  readonly title: string;
  readonly running: boolean;
  readonly totals: {
    readonly exchanges: number;
    readonly bytes: number;
    readonly maxBytes: number;
    readonly dropped: number;
  };
  /** Those that were looked through, in order of their coming. */
  readonly read: readonly ReadExchange[];
  /** Kept, but not looked through yet. */
  readonly unread: number;
  readonly filter: RequestFilter;
  readonly paused: { readonly arrived: number } | undefined;
  readonly following: boolean;
  readonly viewport: ListViewport;
  readonly selected: ExchangeDetail | undefined;
  readonly names: RowNames;
}

const maxChoices = 200;
const megabyte = 1_048_576;

/** Lets everything pass. */
export const anyRequest: RequestFilter = {
  api: null,
  clientId: null,
  groupId: null,
  nodeId: null,
  errorsOnly: false,
  own: false,
  text: "",
};

/** What the page draws. */
export function requestsState(input: RequestsInput): RequestsState {
  const { read, filter, names } = input;
  const passing = read.filter((each) => passes(each, { ...filter, own: true }, names));
  const listed = passing.filter((each) => passes(each, filter, names));
  const { fromIndex, count } = listWindow(listed.length, { ...input, indexOf: (id) => indexOf(listed, id) });
  return {
    title: input.title,
    subtitle: subtitleOf(input),
    subtitleHint: hintOf(input),
    filter,
    choices: choicesOf(read, filter),
    paused: input.paused !== undefined,
    arrived: input.paused?.arrived ?? 0,
    following: input.following,
    total: listed.length,
    window: {
      fromIndex,
      rows: listed.slice(fromIndex, fromIndex + count).map((each) => requestRow(each, names)),
    },
    selected: input.selected ?? null,
    hiddenOwn: passing.length - listed.length,
    empty: listed.length === 0 ? emptyState(input, passing.length) : null,
  };
}

/** The place of the first exchange that has this id or a higher one: they are in order of their ids. */
function indexOf(listed: readonly ReadExchange[], exchangeId: number): number {
  let [low, high] = [0, listed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const read = listed[middle];
    if (read && read.exchange.exchangeId < exchangeId) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is chosen stays to be chosen, although none of it is kept any more. */
function choicesOf(read: readonly ReadExchange[], filter: RequestFilter): RequestsState["choices"] {
  const apis = new Set<string>(filter.api === null ? [] : [filter.api]);
  const clients = new Set<string>(filter.clientId === null ? [] : [filter.clientId]);
  const groups = new Set<string>(filter.groupId === null ? [] : [filter.groupId]);
  const nodes = new Set<number>(filter.nodeId === null ? [] : [filter.nodeId]);
  for (const each of read) {
    apis.add(each.summary.api);
    clients.add(clientOf(each));
    for (const groupId of each.summary.groupIds) groups.add(groupId);
    nodes.add(each.exchange.nodeId);
  }
  const sorted = (texts: ReadonlySet<string>) => Array.from(texts).sort().slice(0, maxChoices);
  return {
    apis: sorted(apis),
    clients: sorted(clients),
    groups: sorted(groups),
    nodes: Array.from(nodes).sort((a, b) => a - b),
  };
}

/** One line, so that what comes and goes in it moves nothing. */
function subtitleOf({ totals, unread }: RequestsInput): string {
  return [
    `${countedText(totals.exchanges, "request")} kept`,
    totals.dropped > 0 && `${countText(totals.dropped)} older let go`,
    unread > 0 && `looking through ${countText(unread)} of them…`,
    `${(totals.bytes / megabyte).toFixed(1)} of ${Math.round(totals.maxBytes / megabyte)} MB`,
  ]
    .filter((part) => part !== false)
    .join(" · ");
}

function hintOf({ totals }: RequestsInput): string {
  if (totals.dropped === 0) return "";
  return `${countedText(totals.dropped, "older request")} ${totals.dropped === 1 ? "was" : "were"} let go: the newest ${Math.round(totals.maxBytes / megabyte)} MB are kept.`;
}

function emptyState(input: RequestsInput, hiddenOwn: number): RequestsState["empty"] {
  const { running, totals, filter } = input;
  if (isFiltering(filter) && totals.exchanges > 0) return nothingPasses(input, hiddenOwn);
  if (hiddenOwn > 0) {
    return {
      title: "Only Groupscope asked",
      text: `${countedText(hiddenOwn, "request")} by which it shows the cluster ${isOrAre(hiddenOwn)} hidden. Show them, or wait for those of clients.`,
      filters: [showingOwn(filter)],
    };
  }
  return running
    ? {
        title: "No request yet",
        text: "Requests of clients appear here as they come to the playground.",
        filters: [],
      }
    : {
        title: "The playground does not run",
        text: "Start it, and the requests of its clients appear here.",
        filters: [],
      };
}

function nothingPasses(input: RequestsInput, hiddenOwn: number): RequestsState["empty"] {
  const { filter } = input;
  const clear = { title: "Clear filter", filter: { ...anyRequest, own: filter.own } };
  const unnamed = withoutGroup(input);
  if (unnamed > 0) {
    return {
      title: `${filter.api ?? "What passes"} does not say for which group it is`,
      text: `${countedText(unnamed, "request")} ${unnamed === 1 ? "passes" : "pass"} when the group is not asked for. Choose a client to see those of one member.`,
      filters: [{ title: "All groups", filter: { ...filter, groupId: null } }, clear],
    };
  }
  const title = "No request passes the filter";
  if (hiddenOwn === 0) return { title, text: "", filters: [clear] };
  return {
    title,
    text: `${countedText(hiddenOwn, "request")} of Groupscope's own would, and ${isOrAre(hiddenOwn)} hidden.`,
    filters: [clear, showingOwn(filter)],
  };
}

function showingOwn(filter: RequestFilter) {
  return { title: "Show Groupscope's own", filter: { ...filter, own: true } };
}

function isOrAre(count: number): string {
  return count === 1 ? "is" : "are";
}

/** Whether anything was chosen beside Groupscope's own requests. */
function isFiltering({ api, clientId, groupId, nodeId, errorsOnly, text }: RequestFilter): boolean {
  return (
    api !== null ||
    clientId !== null ||
    groupId !== null ||
    nodeId !== null ||
    errorsOnly ||
    text.trim() !== ""
  );
}

/** How many would pass but for the group, where none of them says one at all, as no Fetch does. */
function withoutGroup({ read, filter, names }: RequestsInput): number {
  if (filter.groupId === null) return 0;
  const passing = read.filter((each) => passes(each, { ...filter, groupId: null }, names));
  return passing.every(({ summary }) => summary.groupIds.length === 0) ? passing.length : 0;
}
