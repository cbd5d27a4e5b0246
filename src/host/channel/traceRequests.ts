import type { RequestShape } from "./channelContract.ts";

export interface OpenedTrace {
  readonly traceId: string;
  readonly name: string;
  readonly observations: number;
  /** What was odd about the file, in words: a half last line, types nobody knows. */
  readonly notices: readonly string[];
}

export interface TraceRequests {
  readonly "trace.save": RequestShape<
    { readonly file: string },
    { readonly observations: number; readonly bytes: number }
  >;
  /** Reads the file into a model of its own, shown as read-only roots under Clusters. */
  readonly "trace.open": RequestShape<{ readonly file: string }, OpenedTrace>;
  readonly "trace.close": RequestShape<{ readonly traceId: string }, void>;
  readonly "trace.list": RequestShape<Record<string, never>, readonly OpenedTrace[]>;
}
