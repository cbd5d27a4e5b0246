import type { RequestShape } from "./channelContract.ts";

export interface OpenedTrace {
  readonly traceId: string;
  readonly name: string;
  readonly observations: number;
  /** What was odd about the file, in words: a half last line, types nobody knows. */
  readonly notices: readonly string[];
}

/** A running trace that an earlier worker of this workspace left behind, when it died or its window was reloaded. */
export interface KeptTrace {
  readonly file: string;
  readonly bytes: number;
  /** When something was last written to it: milliseconds since the Unix epoch. */
  readonly endedAt: number;
}

/** How far a file is read. */
export interface TraceProgress {
  readonly readBytes: number;
  readonly fileBytes: number;
}

export interface TraceRequests {
  readonly "trace.save": RequestShape<
    { readonly file: string },
    { readonly observations: number; readonly bytes: number }
  >;
  /** Reads the file, as far as memory allows, into a model of its own, shown as read-only roots under Clusters. */
  readonly "trace.open": RequestShape<{ readonly file: string }, OpenedTrace, TraceProgress>;
  readonly "trace.close": RequestShape<{ readonly traceId: string }, void>;
  /** Newest first. */
  readonly "trace.kept": RequestShape<Record<string, never>, readonly KeptTrace[]>;
  readonly "trace.list": RequestShape<Record<string, never>, readonly OpenedTrace[]>;
}
