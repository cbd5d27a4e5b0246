import type { Contract } from "../contract.ts";
import type { Anchor } from "../page/anchor.ts";

/**
 * The Requests panel: what clients asked the playground and what it answered. The list is virtual: the page says which
 * rows are visible, the host sends those. Instants are milliseconds since the Unix epoch.
 */
export interface RequestsContract extends Contract {
  readonly state: RequestsState;
  readonly notifications: {
    /** Rows that are visible, with a margin, as indexes into the filtered list; and one of them that must stay there. */
    readonly viewport: {
      readonly fromIndex: number;
      readonly count: number;
      readonly anchor: Anchor | null;
    };
    readonly setFilter: { readonly filter: RequestFilter };
    /** Null closes the detail. */
    readonly select: { readonly exchangeId: number | null };
    /** Paused, the list stays as it is; requests go on being kept. */
    readonly setPaused: { readonly paused: boolean };
    /** Whether the list stays at the newest request. */
    readonly setFollow: { readonly follow: boolean };
    /** Forgets the requests kept so far. */
    readonly clear: Record<string, never>;
    readonly copy: { readonly exchangeId: number; readonly what: "json" | "requestHex" | "responseHex" };
    /** Brings these bytes into the hex view. */
    readonly showBytes: { readonly side: "request" | "response"; readonly offset: number };
  };
  readonly events: {
    readonly focus: { readonly on: "list" | "detail" };
  };
}

export type RequestsState = {
  readonly title: string;
  /** `1,204 requests kept · 18,480 older let go · 3.1 of 16 MB` */
  readonly subtitle: string;
  /** Why there are not more of them, in sentences; empty when all are there. */
  readonly subtitleHint: string;
  readonly filter: RequestFilter;
  /** What there is to choose from. */
  readonly choices: {
    readonly apis: readonly string[];
    readonly clients: readonly string[];
    readonly groups: readonly string[];
    readonly nodes: readonly number[];
  };
  readonly paused: boolean;
  /** Came since it was paused. */
  readonly arrived: number;
  readonly following: boolean;
  /** How many rows the filtered list has. */
  readonly total: number;
  readonly window: { readonly fromIndex: number; readonly rows: readonly RequestRow[] };
  readonly selected: ExchangeDetail | null;
  /** How many would pass the filter, but are Groupscope's own asking. */
  readonly hiddenOwn: number;
  readonly empty: {
    readonly title: string;
    readonly text: string;
    /** What to choose instead, as buttons. */
    readonly filters: readonly { readonly title: string; readonly filter: RequestFilter }[];
  } | null;
};

/** Null and the empty text let everything pass. */
export type RequestFilter = {
  readonly api: string | null;
  readonly clientId: string | null;
  readonly groupId: string | null;
  readonly nodeId: number | null;
  readonly errorsOnly: boolean;
  /** With what Groupscope itself asks to show the cluster. */
  readonly own: boolean;
  /** Somewhere in any column. */
  readonly text: string;
};

export type RequestRow = {
  readonly exchangeId: number;
  readonly at: number;
  readonly nodeId: number;
  /** The client id, or where it comes from when it says none. */
  readonly client: string;
  readonly api: string;
  /** Null for what is no request. */
  readonly version: number | null;
  /** `billing · orders-0, orders-1` */
  readonly about: string;
  readonly tookMs: number;
  readonly outcome: Outcome;
  /** The faults that acted on it, in words; null when none did. */
  readonly fault: string | null;
};

export type Outcome = {
  readonly kind: "ok" | "error" | "waiting" | "unanswered" | "closed";
  /** Empty when all is well. */
  readonly text: string;
};

export type ExchangeDetail = {
  readonly exchangeId: number;
  /** `OffsetCommit v8 of A to node 1` */
  readonly title: string;
  readonly facts: readonly { readonly label: string; readonly text: string }[];
  readonly request: MessageSide;
  readonly response: MessageSide;
};

export type MessageSide = {
  readonly title: string;
  /** Why there is nothing or not everything to see; null when there is. */
  readonly notes: readonly string[];
  readonly fields: readonly FieldRow[];
  /** The lines of the hex view that are sent, sixteen bytes each. */
  readonly hex: readonly HexLine[];
  readonly keptBytes: number;
};

export type FieldRow = {
  /** Its place among all fields. */
  readonly index: number;
  readonly depth: number;
  readonly name: string;
  readonly kind: string;
  /** Empty where only its children have values. */
  readonly value: string;
  /** `ILLEGAL_GENERATION` of an errorCode 22; null when the value says it all. */
  readonly meaning: string | null;
  readonly offset: number;
  readonly length: number;
};

export type HexLine = {
  readonly offset: number;
  /** Two digits a byte, without spaces. */
  readonly digits: string;
  /** One character a byte; a dot where it is not printable. */
  readonly text: string;
};
