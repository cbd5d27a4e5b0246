import { firstViewport, type ListViewport } from "#views/listWindow.ts";
import { exchangeDetail, exchangeJson, type HexPlaces } from "#views/requests/exchangeDetail.ts";
import { hexDump } from "#views/requests/hexLines.ts";
import type { RowNames } from "#views/requests/requestRows.ts";
import { anyRequest, requestsState } from "#views/requests/requestsState.ts";
import type { ReadExchange } from "#views/requests/summaries.ts";
import type { ExchangeDetail, RequestFilter, RequestsState } from "#webview/requests/contract.ts";
import type { PanelNotification, PanelSubject } from "../channel/panelRequests.ts";
import type { HostParts } from "../hostParts.ts";
import type { PanelPresenter } from "./panelPresenter.ts";

type Subject = Extract<PanelSubject, { readonly panel: "requests" }>;

const beginning: HexPlaces = { request: 0, response: 0 };
/** Frames are decoded when somebody looks, so many milliseconds at a time: others share the thread. */
const readForMs = 8;
const readAtOnce = 50;

/** One Requests panel: what clients asked the playground, as far as it is kept. */
export class RequestsPresenter implements PanelPresenter {
  readonly title: string;
  readonly isPast = false;
  readonly #parts: HostParts;
  readonly #clusterId: string;
  #viewport: ListViewport = firstViewport;
  #filter: RequestFilter;
  #selected: number | undefined;
  #hexFrom = beginning;
  #following = true;
  /** The first exchange that came after the pause. */
  #pausedAt: number | undefined;

  constructor(parts: HostParts, subject: Subject) {
    this.#parts = parts;
    this.#clusterId = subject.clusterId;
    this.#filter = {
      ...anyRequest,
      groupId: subject.groupId ?? null,
      nodeId: subject.nodeId ?? null,
      clientId: subject.clientId ?? null,
      api: subject.api ?? null,
      text: subject.memberId ?? "",
    };
    const of =
      subject.clientId ??
      subject.groupId ??
      (subject.nodeId === undefined ? undefined : `node ${subject.nodeId}`);
    this.title = of === undefined ? "Requests" : `Requests: ${of}`;
  }

  state(): RequestsState {
    const { exchanges, playground } = this.#parts;
    const names = this.#names();
    const { read, unread } = this.#read();
    const paused = this.#pausedAt === undefined ? undefined : { arrived: exchanges.nextId - this.#pausedAt };
    return requestsState({
      title: this.title,
      running: playground.isRunning,
      totals: exchanges.totals,
      read,
      unread,
      filter: this.#filter,
      paused,
      following: this.#following && paused === undefined,
      viewport: this.#viewport,
      selected: this.#detail(names),
      names,
    });
  }

  notified(notification: PanelNotification): void {
    if (notification.panel !== "requests") return;
    const { notified } = notification;
    switch (notified.name) {
      case "viewport":
        this.#viewport = notified.body;
        return;
      case "setFilter":
        this.#filter = notified.body.filter;
        return;
      case "select":
        this.#selected = notified.body.exchangeId ?? undefined;
        this.#hexFrom = beginning;
        return;
      case "setPaused":
        this.#pausedAt = notified.body.paused ? this.#parts.exchanges.nextId : undefined;
        return;
      case "setFollow":
        this.#following = notified.body.follow;
        return;
      case "clear":
        this.#parts.exchanges.clear();
        this.#selected = undefined;
        return;
      case "showBytes":
        this.#hexFrom = { ...this.#hexFrom, [notified.body.side]: notified.body.offset };
        return;
    }
  }

  exchangeText(exchangeId: number, what: "json" | "requestHex" | "responseHex"): string | undefined {
    const exchange = this.#parts.exchanges.find(exchangeId);
    if (!exchange) return undefined;
    switch (what) {
      case "json":
        return exchangeJson(this.#parts.summaries.read(exchange), this.#names());
      case "requestHex":
        return exchange.request && hexDump(exchange.request.bytes);
      case "responseHex":
        return exchange.end?.type === "answered" ? hexDump(exchange.end.response.bytes) : undefined;
    }
  }

  /** What was read before, and as many more as there is time for, the newest first. */
  #read(): { readonly read: readonly ReadExchange[]; readonly unread: number } {
    const { exchanges, summaries, deps } = this.#parts;
    const until = deps.clock.now() + readForMs;
    const pausedAt = this.#pausedAt;
    const kept = exchanges.list();
    const end = pausedAt === undefined ? kept.length : kept.findLastIndex(isBefore(pausedAt)) + 1;
    const read: ReadExchange[] = [];
    let unread = 0;
    let fresh = 0;
    for (let index = end - 1; index >= 0; index -= 1) {
      const exchange = kept[index];
      if (!exchange) continue;
      if (!summaries.knows(exchange)) {
        fresh += 1;
        if (fresh > readAtOnce && (unread > 0 || deps.clock.now() >= until)) {
          unread += 1;
          continue;
        }
      }
      read.push(summaries.read(exchange));
    }
    return { read: read.reverse(), unread };
  }

  #detail(names: RowNames): ExchangeDetail | undefined {
    const { exchanges, summaries, deps } = this.#parts;
    const exchange = this.#selected === undefined ? undefined : exchanges.find(this.#selected);
    if (!exchange) return undefined;
    return exchangeDetail(summaries.read(exchange), { ...names, timeText: deps.timeText }, this.#hexFrom);
  }

  #names(): RowNames {
    const { recording, playground } = this.#parts;
    const state = recording.model.clusters.get(this.#clusterId)?.playground;
    const topics = playground.isRunning ? playground.playground.topics() : [];
    const topicNames = new Map(topics.map(({ topic, topicId }) => [topicId, topic]));
    return {
      // What is not answered waits as long as the broker's clock says.
      now: playground.clockOfMembers.now(),
      faultTitle: (faultId) =>
        (state?.faults.get(faultId) ?? state?.pastFaults.findLast(({ latest }) => latest.faultId === faultId))
          ?.latest.title,
      topicName: (topicId) => topicNames.get(topicId),
    };
  }
}

function isBefore(exchangeId: number): (exchange: { readonly exchangeId: number }) => boolean {
  return (exchange) => exchange.exchangeId < exchangeId;
}
