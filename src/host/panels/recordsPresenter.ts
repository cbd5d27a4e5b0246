import { stringifyWithBigints } from "#base/json.ts";
import { topicPartitionText } from "#base/topicPartition.ts";
import type { SessionModel } from "#model/model.ts";
import { bufferTotals } from "#model/sessions.ts";
import { sessionName } from "#model/sessionView.ts";
import { firstViewport, type ListViewport, listWindow } from "#views/listWindow.ts";
import { recordDetail, recordRow, type ShownRecord } from "#views/records/recordRows.ts";
import { wholeText } from "#views/records/rendering.ts";
import type { RecordFilter, RecordsState, RenderAs } from "#webview/records/contract.ts";
import type { PanelNotification } from "../channel/panelRequests.ts";
import type { HostParts } from "../hostParts.ts";
import type { KeptRecord } from "../sessions/sessionRecords.ts";
import type { PanelPresenter } from "./panelPresenter.ts";

/** One Records panel: what a debug consumer was delivered, as far as it is kept. */
export class RecordsPresenter implements PanelPresenter {
  readonly title: string;
  readonly isPast = false;
  readonly goesWithTrees = true;
  readonly #parts: HostParts;
  readonly #clusterId: string;
  readonly #sessionId: string;
  #viewport: ListViewport = firstViewport;
  #filter: RecordFilter | null = null;
  #selected: number | undefined;
  #rendering: { readonly key: RenderAs; readonly value: RenderAs } = { key: "auto", value: "auto" };
  #following = true;

  constructor(parts: HostParts, subject: { readonly clusterId: string; readonly sessionId: string }) {
    this.#parts = parts;
    this.#clusterId = subject.clusterId;
    this.#sessionId = subject.sessionId;
    const session = this.#session();
    this.title = `Records: ${session ? sessionName(session) : subject.sessionId}`;
  }

  state(): RecordsState {
    const { records } = this.#parts;
    const session = this.#session();
    const totals = records.totals(this.#sessionId);
    const filter = this.#filter ?? undefined;
    const total = records.count(this.#sessionId, filter);
    const window = listWindow(total, {
      viewport: this.#viewport,
      following: this.#following,
      indexOf: (recordId) => records.indexOf(this.#sessionId, recordId, filter),
    });
    const selected = this.#selected === undefined ? undefined : records.find(this.#sessionId, this.#selected);
    return {
      title: session ? `Records delivered to ${sessionName(session)}` : "Records",
      subtitle: subtitleOf(session),
      session: {
        clusterId: this.#clusterId,
        sessionId: this.#sessionId,
        name: session ? sessionName(session) : "",
        ended: session?.ended !== undefined,
        pollMode: session?.pollMode?.pollMode.mode ?? "hold",
        ...bufferedOf(session),
      },
      totals: {
        deliveredRecords: session?.delivered?.records ?? 0,
        deliveredBytes: session?.delivered?.bytes ?? 0,
        keptRecords: totals.records,
        keptBytes: totals.bytes,
        capBytes: records.maxBytes,
        droppedRecords: totals.dropped,
      },
      partitions: records.countByPartition(this.#sessionId),
      filter: this.#filter,
      rendering: this.#rendering,
      following: this.#following,
      total,
      window: {
        fromIndex: window.fromIndex,
        rows: records
          .slice(this.#sessionId, window, filter)
          .map((each) => recordRow(shown(each), this.#rendering)),
      },
      selected: selected ? recordDetail(shown(selected), this.#rendering) : null,
      notices:
        totals.dropped > 0
          ? [
              `${totals.dropped.toLocaleString("en")} older records were let go to stay below ${Math.round(records.maxBytes / 1_048_576)} MB (setting groupscope.maxKeptRecordMegabytes).`,
            ]
          : [],
      empty: total === 0 ? emptyText(session, this.#filter) : null,
    };
  }

  notified(notification: PanelNotification): void {
    if (notification.panel !== "records") return;
    const { notified } = notification;
    switch (notified.name) {
      case "viewport":
        this.#viewport = notified.body;
        return;
      case "setFilter":
        this.#filter = notified.body.filter;
        return;
      case "select":
        this.#selected = notified.body.recordId ?? undefined;
        return;
      case "setRendering":
        this.#rendering = notified.body;
        return;
      case "setFollow":
        this.#following = notified.body.follow;
        return;
      case "clear":
        this.#parts.records.clear(this.#sessionId);
        this.#selected = undefined;
        return;
    }
  }

  recordText(recordId: number, what: "record" | "key" | "value") {
    const kept = this.#parts.records.find(this.#sessionId, recordId);
    if (!kept) return undefined;
    const { record } = kept;
    const title = `${topicPartitionText(record)} @ ${record.offset}`;
    if (what === "record") {
      return { title: `${title}.json`, languageId: "json", text: wholeRecord(kept) };
    }
    const { text, languageId } = wholeText(record[what], this.#rendering[what]);
    return { title: `${title} ${what}${languageId === "json" ? ".json" : ".txt"}`, languageId, text };
  }

  #session(): SessionModel | undefined {
    return this.#parts.recording.model.clusters.get(this.#clusterId)?.sessions.get(this.#sessionId);
  }
}

function shown({ recordId, record }: KeptRecord): ShownRecord {
  const { topic, partition, offset, timestamp, leaderEpoch, key, value, headers } = record;
  return {
    recordId,
    topic,
    partition,
    offset,
    timestamp,
    timestampType: record.timestampType,
    leaderEpoch,
    key,
    value,
    headers,
    control: record.control,
  };
}

function subtitleOf(session: SessionModel | undefined): string {
  const { started, pollMode } = session ?? {};
  const parts = [started?.groupId ?? "no group", started?.topics.join(", "), pollMode?.pollMode.mode];
  return parts.filter((part) => part !== undefined && part !== "").join(" · ");
}

/** What the sidebar calls buffered, in its two parts. */
function bufferedOf(
  session: SessionModel | undefined,
): Pick<RecordsState["session"], "deliverable" | "paused"> {
  if (!session) return { deliverable: 0, paused: 0 };
  const { records, pausedRecords } = bufferTotals(session);
  return { deliverable: records - pausedRecords, paused: pausedRecords };
}

function emptyText(session: SessionModel | undefined, filter: RecordFilter | null): RecordsState["empty"] {
  if (filter !== null) {
    return {
      title: "No record passes the filter",
      text: "Other partitions may have some: show all of them.",
    };
  }
  if (session?.ended) {
    return {
      title: "Nothing is kept",
      text: "The debug consumer has ended, and no record it was delivered is kept.",
    };
  }
  return session?.pollMode?.pollMode.mode === "flow"
    ? { title: "Nothing was delivered yet", text: "Records appear here as they are delivered." }
    : {
        title: "Nothing was delivered yet",
        text: "The debug consumer holds what it fetches. Poll some records, or let them flow.",
      };
}

function wholeRecord({ record }: KeptRecord): string {
  const { topic, partition, offset, timestamp, timestampType, leaderEpoch, control } = record;
  return stringifyWithBigints(
    {
      topic,
      partition,
      offset,
      timestamp,
      timestampType,
      leaderEpoch,
      ...(control && { control }),
      key: textOrNull(record.key),
      value: textOrNull(record.value),
      headers: record.headers.map(({ key, value }) => ({ key, value: textOrNull(value) })),
    },
    2,
  );
}

function textOrNull(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : wholeText(bytes, "auto").text;
}
