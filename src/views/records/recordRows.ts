import { isInstant } from "#base/instant.ts";
import type { ControlRecord } from "#protocol/records/controlRecord.ts";
import type { RecordDetail, RecordRow, RenderAs } from "#webview/records/contract.ts";
import { render } from "./rendering.ts";

/** A delivered record, as the engine gives it and the host keeps it. */
export interface ShownRecord {
  readonly recordId: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: bigint;
  readonly timestampType?: "createTime" | "logAppendTime" | undefined;
  readonly leaderEpoch?: number | undefined;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[];
  /** Set when it is no data but a transaction marker, or another control record. */
  readonly control?: ShownControl | undefined;
}

/** What a control record says (KIP-98). */
export interface ShownControl {
  readonly type: ControlRecord["type"];
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number | undefined;
}

export interface Rendering {
  readonly key: RenderAs;
  readonly value: RenderAs;
}

const maxLineBytes = 240;
const maxBlockBytes = 64_000;
const maxHeaders = 200;

/** A record as a row of the list. */
export function recordRow(record: ShownRecord, rendering: Rendering): RecordRow {
  const line = { layout: "line", maxBytes: maxLineBytes } as const;
  return {
    recordId: record.recordId,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset.toString(),
    timestampMs: timestampMs(record),
    timestampBeyond: timestampBeyond(record),
    key: render(record.key, { as: rendering.key, of: "key", ...line }),
    value: render(record.value, { as: rendering.value, of: "value", ...line }),
    headerCount: record.headers.length,
    control: record.control ? controlText(record.control.type) : null,
  };
}

/** A record with everything in it. */
export function recordDetail(record: ShownRecord, rendering: Rendering): RecordDetail {
  const block = { layout: "block", maxBytes: maxBlockBytes } as const;
  return {
    recordId: record.recordId,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset.toString(),
    timestampMs: timestampMs(record),
    timestampBeyond: timestampBeyond(record),
    timestampType: record.timestamp === noTimestamp ? "none" : (record.timestampType ?? "createTime"),
    leaderEpoch: record.leaderEpoch ?? null,
    control: record.control ? controlDetail(record.control) : null,
    key: render(record.key, { as: rendering.key, of: "key", ...block }),
    value: render(record.value, { as: rendering.value, of: "value", ...block }),
    headers: record.headers.slice(0, maxHeaders).map(({ key, value }) => ({
      key,
      // A header's value may be null without meaning a deletion.
      value: render(value, { as: "auto", of: "key", ...block }),
    })),
  };
}

function controlDetail(control: ShownControl): RecordDetail["control"] {
  const { type, producerId, producerEpoch, coordinatorEpoch } = control;
  return {
    text: controlText(type),
    producerId: producerId.toString(),
    producerEpoch,
    coordinatorEpoch: coordinatorEpoch ?? null,
  };
}

function controlText(type: ShownControl["type"]): string {
  switch (type) {
    case "commit":
      return "transaction committed";
    case "abort":
      return "transaction aborted";
    case "leaderChange":
    case "snapshotHeader":
    case "snapshotFooter":
    case "kraftVersion":
    case "kraftVoters":
      return `control record of Kafka's own log (${type})`;
    case "unknown":
      return "control record of an unknown kind";
  }
}

/** What a producer writes that gives a record no timestamp. */
const noTimestamp = -1n;

/** Null where the producer wrote none, or one that no calendar reaches. */
function timestampMs({ timestamp }: ShownRecord): number | null {
  return timestamp !== noTimestamp && isInstant(Number(timestamp)) ? Number(timestamp) : null;
}

/** The number as it was written, where no calendar reaches it: whoever counts in nanoseconds sees at once that he does. */
function timestampBeyond({ timestamp }: ShownRecord): string | null {
  return isInstant(Number(timestamp)) ? null : timestamp.toString();
}
