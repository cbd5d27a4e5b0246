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
    key: render(record.key, { as: rendering.key, of: "key", ...line }),
    value: render(record.value, { as: rendering.value, of: "value", ...line }),
    headerCount: record.headers.length,
  };
}

/** A record with everything in it. */
export function recordDetail(record: ShownRecord, rendering: Rendering): RecordDetail {
  const block = { layout: "block", maxBytes: maxBlockBytes } as const;
  const time = timestampMs(record);
  return {
    recordId: record.recordId,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset.toString(),
    timestampMs: time,
    timestampType: time === null ? "none" : (record.timestampType ?? "createTime"),
    leaderEpoch: record.leaderEpoch ?? null,
    key: render(record.key, { as: rendering.key, of: "key", ...block }),
    value: render(record.value, { as: rendering.value, of: "value", ...block }),
    headers: record.headers.slice(0, maxHeaders).map(({ key, value }) => ({
      key,
      // A header's value may be null without meaning a deletion.
      value: render(value, { as: "auto", of: "key", ...block }),
    })),
  };
}

/** Null where the producer wrote none (-1), or one that no calendar reaches. */
function timestampMs({ timestamp }: ShownRecord): number | null {
  if (timestamp < 0n || timestamp > 8_640_000_000_000_000n) return null;
  return Number(timestamp);
}
