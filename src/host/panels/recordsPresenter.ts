import { stringifyWithBigints } from "#base/json.ts";
import { topicPartitionText } from "#base/topicPartition.ts";
import type { SessionModel } from "#model/model.ts";
import { sessionName } from "#model/sessionView.ts";
import { recordDetail, recordRow, type ShownRecord } from "#views/records/recordRows.ts";
import { wholeText } from "#views/records/rendering.ts";
import type { RecordFilter, RecordsState, RenderAs } from "#webview/records/contract.ts";
import type { PanelNotification } from "../channel/panelRequests.ts";
import type { HostParts } from "../hostParts.ts";
import type { KeptRecord } from "../sessions/recordStore.ts";
import type { PanelPresenter } from "./panelPresenter.ts";

const firstWindow = { fromIndex: 0, count: 100 };
/** More rows than any screen has, fewer than would make a message large. */
const maxWindowRows = 500;

/** One Records panel: what a debug consumer was delivered, as far as it is kept. */
export class RecordsPresenter implements PanelPresenter {
  readonly title: string;
  readonly isPast = false;
  readonly #parts: HostParts;
  readonly #clusterId: string;
  readonly #sessionId: string;
  #viewport: { readonly fromIndex: number; readonly count: number } = firstWindow;
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
    const kept = records.list(this.#sessionId);
    const totals = records.totals(this.#sessionId);
    const listed = this.#filter === null ? kept : kept.filter((each) => this.#passes(each));
    const window = this.#window(listed.length);
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
        available: session ? availableOf(session) : 0,
      },
      totals: {
        deliveredRecords: session?.delivered?.records ?? 0,
        deliveredBytes: session?.delivered?.bytes ?? 0,
        keptRecords: totals.records,
        keptBytes: totals.bytes,
        capBytes: records.maxBytes,
        droppedRecords: totals.dropped,
      },
      partitions: countByPartition(kept),
      filter: this.#filter,
      rendering: this.#rendering,
      following: this.#following,
      total: listed.length,
      window: {
        fromIndex: window.fromIndex,
        rows: listed
          .slice(window.fromIndex, window.fromIndex + window.count)
          .map((each) => recordRow(shown(each), this.#rendering)),
      },
      selected: selected ? recordDetail(shown(selected), this.#rendering) : null,
      notices:
        totals.dropped > 0
          ? [
              `${totals.dropped.toLocaleString("en")} older records were let go to stay below ${Math.round(records.maxBytes / 1_048_576)} MB (setting groupscope.maxKeptRecordMegabytes).`,
            ]
          : [],
      empty: listed.length === 0 ? emptyText(session, this.#filter) : null,
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
        this.#viewport = firstWindow;
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

  #passes({ record }: KeptRecord): boolean {
    const filter = this.#filter;
    if (filter === null) return true;
    return (
      record.topic === filter.topic &&
      (filter.partition === undefined || record.partition === filter.partition)
    );
  }

  /** The rows that are visible; while following, the newest. */
  #window(total: number): { readonly fromIndex: number; readonly count: number } {
    const count = Math.min(maxWindowRows, Math.max(1, Math.ceil(this.#viewport.count)));
    const last = Math.max(0, total - count);
    const fromIndex = this.#following
      ? last
      : Math.min(Math.max(0, Math.floor(this.#viewport.fromIndex)), last);
    return { fromIndex, count };
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

/** Buffered and not paused: what a poll could deliver at once. */
function availableOf(session: SessionModel): number {
  let available = 0;
  for (const { buffer } of session.partitions.values()) {
    if (buffer) available += buffer.records - buffer.pausedRecords;
  }
  return available;
}

function countByPartition(kept: readonly KeptRecord[]): RecordsState["partitions"] {
  const counts = new Map<string, Map<number, number>>();
  for (const { record } of kept) {
    const partitions = counts.get(record.topic) ?? new Map<number, number>();
    counts.set(record.topic, partitions.set(record.partition, (partitions.get(record.partition) ?? 0) + 1));
  }
  return [...counts].flatMap(([topic, partitions]) =>
    [...partitions]
      .toSorted(([a], [b]) => a - b)
      .map(([partition, records]) => ({ topic, partition, records })),
  );
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
