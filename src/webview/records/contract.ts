import type { Contract } from "../contract.ts";
import type { Anchor } from "../page/anchor.ts";

/**
 * The Records panel: what one debug consumer was delivered, read-only. The list is virtual: the page says which rows
 * are visible, the host sends those. Offsets are decimal strings, instants milliseconds since the Unix epoch.
 */
export interface RecordsContract extends Contract {
  readonly state: RecordsState;
  readonly notifications: {
    /** Rows that are visible, with a margin, as indexes into the filtered list; and one of them that must stay there. */
    readonly viewport: {
      readonly fromIndex: number;
      readonly count: number;
      readonly anchor: Anchor | null;
    };
    /** Null shows all partitions; without `partition`, all of the topic. */
    readonly setFilter: { readonly filter: RecordFilter | null };
    /** Null closes the detail. */
    readonly select: { readonly recordId: number | null };
    readonly setRendering: { readonly key: RenderAs; readonly value: RenderAs };
    /** Whether the list stays at the newest record. */
    readonly setFollow: { readonly follow: boolean };
    readonly copy: { readonly recordId: number; readonly what: "record" | "key" | "value" };
    /** Opens the whole value (or key) as a read-only document in an editor. */
    readonly openDocument: { readonly recordId: number; readonly what: "key" | "value" };
    /** Asks the session for more, when it holds. */
    readonly poll: { readonly maxRecords: number };
    /** Forgets the records kept so far; nothing in Kafka changes. */
    readonly clear: Record<string, never>;
  };
  readonly events: {
    readonly focus: { readonly on: "list" | "detail" };
    /** Said by a screen reader, politely: `12 more records`. */
    readonly announce: { readonly text: string };
  };
}

export type RecordsState = {
  /** `Records delivered to A` */
  readonly title: string;
  /** `billing · orders · hold` */
  readonly subtitle: string;
  readonly session: {
    readonly clusterId: string;
    readonly sessionId: string;
    readonly name: string;
    /** True once it has left: what was delivered stays readable. */
    readonly ended: boolean;
    readonly pollMode: "hold" | "flow";
    /** Buffered and not paused: what a poll could deliver at once. */
    readonly deliverable: number;
    /** Buffered for partitions that are paused: no poll delivers it before they are resumed. */
    readonly paused: number;
  };
  readonly totals: {
    /** Since the session started. */
    readonly deliveredRecords: number;
    readonly deliveredBytes: number;
    /** Still kept here. */
    readonly keptRecords: number;
    readonly keptBytes: number;
    readonly capBytes: number;
    /** Oldest records let go to stay below the cap. */
    readonly droppedRecords: number;
  };
  /** Every partition that has kept records, for the filter. */
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly records: number;
  }[];
  readonly filter: RecordFilter | null;
  readonly rendering: { readonly key: RenderAs; readonly value: RenderAs };
  readonly following: boolean;
  /** How many rows the filtered list has. */
  readonly total: number;
  readonly window: { readonly fromIndex: number; readonly rows: readonly RecordRow[] };
  readonly selected: RecordDetail | null;
  /** What was lost or is not shown, in words. */
  readonly notices: readonly string[];
  /** Instead of a list, when it has no row: what it means and what to do. */
  readonly empty: { readonly title: string; readonly text: string } | null;
};

export type RecordFilter = { readonly topic: string; readonly partition?: number | undefined };

/** `auto`: JSON if it parses as an object or array, else text if it is UTF-8 without control characters, else hex. */
export type RenderAs = "auto" | "text" | "json" | "hex";

/**
 * A key or value as shown. `tombstone` is a value that is null (a deletion in a compacted topic), `null` a key that
 * is null, `empty` one of zero bytes: three different things.
 */
export type Rendered =
  | {
      readonly kind: "text" | "json" | "hex";
      readonly text: string;
      readonly sizeInBytes: number;
      /** True when `text` shows only the beginning. */
      readonly cut: boolean;
    }
  | { readonly kind: "tombstone" }
  | { readonly kind: "null" }
  | { readonly kind: "empty" };

export type RecordRow = {
  /** Stable as long as the record is kept; unique in the panel. */
  readonly recordId: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** Null when the record has no timestamp, or one beyond the calendar. */
  readonly timestampMs: number | null;
  /** A timestamp beyond the calendar, as the number that was written; null otherwise. */
  readonly timestampBeyond: string | null;
  /** Cut to one line. */
  readonly key: Rendered;
  readonly value: Rendered;
  readonly headerCount: number;
  /** What it says when it is no data but a control record: `transaction committed`; null for data. */
  readonly control: string | null;
};

export type RecordDetail = {
  readonly recordId: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly timestampMs: number | null;
  readonly timestampBeyond: string | null;
  readonly timestampType: "createTime" | "logAppendTime" | "none";
  readonly leaderEpoch: number | null;
  /** Set for a control record, which no application is ever delivered. */
  readonly control: {
    readonly text: string;
    readonly producerId: string;
    readonly producerEpoch: number;
    readonly coordinatorEpoch: number | null;
  } | null;
  /** JSON is indented here; long ones are cut and open whole in an editor. */
  readonly key: Rendered;
  readonly value: Rendered;
  readonly headers: readonly { readonly key: string; readonly value: Rendered }[];
};
