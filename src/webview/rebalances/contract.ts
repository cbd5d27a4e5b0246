import type { Contract } from "../contract.ts";

/**
 * The Rebalances panel: one group over time. All instants are milliseconds since the Unix epoch (`…Ms` here) and are
 * put into words by the page, in the user's time zone; all other words come from the host and are shown as they are.
 * Offsets are decimal strings. Unknown is left out, or null where the page must say so.
 */
export interface RebalancesContract extends Contract {
  readonly state: RebalancesState;
  readonly notifications: {
    /** What the page shows: asked for again on zoom, pan and resize. `widthPx` bounds how many marks are useful. */
    readonly viewport: { readonly fromMs: number; readonly toMs: number; readonly widthPx: number };
    /** A click or Enter on a mark, a lane, or a row of the table; null closes the detail strip. */
    readonly select: { readonly mark: MarkRef | null };
    /** A button of the detail strip or of a finding. */
    readonly runRemedy: { readonly remedy: RemedyAction };
    /** Shows everything as it was at that time. */
    readonly jumpToMoment: { readonly atMs: number };
    /** Back to now (or, in a trace, to its end). */
    readonly live: Record<string, never>;
    /** Whether the window moves along with the present. Turned off by panning, on by the user. */
    readonly setFollow: { readonly follow: boolean };
    /** The chart or its table twin; kept by the host so that a reopened panel comes back the same. */
    readonly showAs: { readonly as: "chart" | "table" };
    /** The window of table rows that is visible (virtual scrolling). */
    readonly tableViewport: { readonly fromIndex: number; readonly count: number };
    /** Shows the partition, member or group in the sidebar. */
    readonly revealInTree: { readonly mark: MarkRef };
    /** Copies what the detail strip, or the whole table, says as plain text. */
    readonly copy: { readonly what: "detail" | "table" };
  };
  readonly events: {
    /** Moves keyboard focus there, after a command outside of the page asked to show it. */
    readonly focus: { readonly on: "chart" | "table" | "detail" };
    /** Said by a screen reader, politely: a new generation, a new finding. */
    readonly announce: { readonly text: string };
  };
}

/** Everything the page draws. */
export type RebalancesState = {
  /** The group's id. */
  readonly title: string;
  /** State first, then reason, then numbers: `Stable · classic · generation 6 (cooperative-sticky) · 3 members`. */
  readonly subtitle: string;
  readonly group: {
    readonly clusterId: string;
    readonly clusterName: string;
    readonly groupId: string;
    readonly groupType: "classic" | "consumer" | "share" | "streams" | "unknown";
    /** As reported, or null when it was never described. */
    readonly state: string | null;
  };
  /** What `generationId` counts in this group: `generation` (classic) or `epoch` (KIP-848). */
  readonly generationWord: "generation" | "epoch";
  /** Which model it is drawn from; all but `live` must be marked so that nobody takes it for the present. */
  readonly bound: Bound;
  /** Why nothing moves although this is the present, and what to do about it; null while time passes. */
  readonly standstill: { readonly text: string; readonly remedies: readonly Remedy[] } | null;
  /** The present of the model drawn: the right end of whatever has not ended. */
  readonly nowMs: number;
  readonly following: boolean;
  readonly showAs: "chart" | "table";
  /** The window that lanes, bands and marks are complete for; a little wider than the viewport. */
  readonly range: TimeRange;
  /** From the first to the last thing known of the group: what the chart can show. */
  readonly extent: TimeRange;
  /** Where the slider can go: the moments at which everything can be shown as it was. Null when there are none. */
  readonly moments: TimeRange | null;
  /** The moment that was asked for, while it is made ready; what is drawn is the one before. */
  readonly soughtMs: number | null;
  /** Why the last moment that was asked for is not shown, in words. */
  readonly refusal: string | null;

  readonly lanes: readonly MemberLane[];
  readonly generations: readonly GenerationBand[];
  /** Of members that held rebalances off or ran rebalance callbacks: drawn below their own lane. */
  readonly holdLanes: readonly HoldLane[];
  readonly commitLanes: readonly CommitLane[];
  readonly bufferLanes: readonly BufferLane[];
  readonly faultLanes: readonly FaultLane[];
  readonly findings: readonly FindingMark[];
  /** Of the selected mark; null when nothing is selected or it is gone. */
  readonly detail: Detail | null;
  readonly selected: MarkRef | null;
  readonly table: TableTwin;

  /** What cannot be known from here, in words: `The coordinator does not say who has not rejoined.` */
  readonly limits: readonly string[];
  /** What was dropped or merged, in words: `12 older generations are no longer kept.` */
  readonly losses: readonly string[];
  /** Instead of a chart, when there is nothing to draw: what it means and what to do. */
  readonly empty: { readonly title: string; readonly text: string } | null;
};

export type TimeRange = { readonly fromMs: number; readonly toMs: number };

/** `moment`: an earlier time of the live model or of a trace (`name` is the trace's then). */
export type Bound =
  | { readonly kind: "live" }
  | { readonly kind: "trace"; readonly name: string }
  | { readonly kind: "moment"; readonly atMs: number; readonly name: string | null };

/** Identity of anything selectable. Compared by value; its JSON serves the page as a key. */
export type MarkRef =
  | { readonly kind: "member"; readonly lane: LaneRef }
  | { readonly kind: "phase"; readonly lane: LaneRef; readonly fromMs: number }
  | { readonly kind: "gone"; readonly lane: LaneRef; readonly atMs: number }
  | { readonly kind: "generation"; readonly fromMs: number }
  | {
      readonly kind: "assignedPartition";
      /** Of its generation. */
      readonly fromMs: number;
      readonly topic: string;
      readonly partition: number;
    }
  | { readonly kind: "commit"; readonly sourceId: string; readonly commitId: string }
  | { readonly kind: "commits"; readonly lane: LaneRef; readonly fromMs: number; readonly toMs: number }
  | {
      readonly kind: "hold";
      readonly sessionId: string;
      /** The gate, or the callback that ran. */
      readonly what: "gate" | "assigned" | "revoked" | "lost";
      readonly fromMs: number;
    }
  | { readonly kind: "buffer"; readonly sessionId: string; readonly atMs: number }
  | { readonly kind: "fault"; readonly faultId: string }
  | { readonly kind: "finding"; readonly findingId: string };

/**
 * A member's life: by session where one of ours runs it (its memberId changes), else by memberId. A lane that shows
 * several lives, one after the other, is named by the first.
 */
export type LaneRef =
  | { readonly by: "session"; readonly sessionId: string }
  | { readonly by: "member"; readonly memberId: string };

/** Who saw it: a member itself, the broker (playground), or a sample taken from outside. */
export type Vantage = "member" | "broker" | "sampled";

/** One member of the group over time. */
export type MemberLane = {
  readonly ref: MarkRef & { readonly kind: "member" };
  /** `A`, `worker-1`: the session's name or the clientId. */
  readonly name: string;
  /** The full member id, or null before the coordinator gave one. */
  readonly memberId: string | null;
  /** One of our debug consumers: drawn with a mark beside its name. */
  readonly ours: boolean;
  /** A scripted member of the playground. */
  readonly scripted: boolean;
  readonly isLeader: boolean;
  /** The finest source of its phases; `sampled` lanes are drawn lighter, as they have gaps. */
  readonly vantage: Vantage;
  /** In order of time, without overlap; there may be gaps, in which nothing is known. */
  readonly phases: readonly PhaseSegment[];
  /** How it ended, as often as it did: drawn as a cut at `atMs`. Who comes back goes on in the same lane. */
  readonly gone: readonly GoneMark[];
};

/** Also the legend: each has its own hatching, not only its own colour. */
export type Phase =
  | "unjoined"
  | "join"
  | "sync"
  | "stable"
  | "revoke"
  /** The group rebalances and the broker waits for this member. */
  | "notRejoined"
  | "leave"
  | "fatal"
  /** It is in the group, but what it does cannot be seen from here. */
  | "unknown";

export type PhaseSegment = {
  readonly ref: MarkRef & { readonly kind: "phase" };
  readonly phase: Phase;
  readonly fromMs: number;
  /** Undefined while it lasts: drawn up to `nowMs`. */
  readonly toMs?: number | undefined;
  readonly generationId?: number | undefined;
  /** What stands in the segment if there is room: `stable`, `did not rejoin`. */
  readonly text: string;
  /** One line for the tooltip. */
  readonly detail: string;
  /** How many shorter segments were drawn as this one, when zoomed out; left out when it is exactly one. */
  readonly merged?: number | undefined;
};

export type GoneMark = {
  readonly ref: MarkRef & { readonly kind: "gone" };
  readonly atMs: number;
  readonly how: "left" | "evicted" | "fenced" | "ended" | "disappeared";
  /** `evicted: session timeout` */
  readonly text: string;
};

/** One generation (or epoch): a band across all lanes, headed by its number and assignor. */
export type GenerationBand = {
  readonly ref: MarkRef & { readonly kind: "generation" };
  /** Null when nobody who saw it knows its number (a real broker tells it to members only). */
  readonly generationId: number | null;
  /** What heads the band: `6 (cooperative-sticky)`. */
  readonly label: string;
  readonly assignor: string | null;
  readonly fromMs: number;
  readonly toMs?: number | undefined;
  /** The rebalance that led to it, where its begin was seen. */
  readonly rebalance: {
    readonly fromMs: number;
    readonly toMs?: number | undefined;
    readonly reason: string | null;
  } | null;
  /** Null when nobody who saw it knows, or when it is too much to draw: `assignmentText` says it then. */
  readonly assignment: readonly AssignedPartition[] | null;
  /** In one line: `0–2 kept · orders-3 → A · orders-5 nobody`, or why it is not known. */
  readonly assignmentText: string;
  /** More generations than fit were drawn as this one; left out when it is exactly one. */
  readonly merged?: number | undefined;
};

export type AssignedPartition = {
  readonly ref: MarkRef & { readonly kind: "assignedPartition" };
  readonly topic: string;
  readonly partition: number;
  /** Null: assigned to nobody. */
  readonly owner: { readonly lane: LaneRef; readonly name: string } | null;
  /** Against the generation before: `first` when there was none to compare with. */
  readonly change: "kept" | "moved" | "first" | "nobody";
  /** Whose it was before, when it moved. */
  readonly previousOwner: { readonly lane: LaneRef; readonly name: string } | null;
};

/** What one of our sessions held its group up with. */
export type HoldLane = {
  readonly ref: MarkRef & { readonly kind: "member" };
  readonly name: string;
  readonly marks: readonly HoldMark[];
};

export type HoldMark = {
  readonly ref: MarkRef & { readonly kind: "hold" };
  readonly fromMs: number;
  /** Undefined while it lasts. */
  readonly toMs?: number | undefined;
  /** From here on a rebalance waited for it. */
  readonly waitsFromMs?: number | undefined;
  /** `a rebalance waits`, `on-revoked` */
  readonly text: string;
  /** One line for the tooltip. */
  readonly detail: string;
};

/** Commits of one session, or of one foreign member as the broker saw them. */
export type CommitLane = {
  readonly ref: MarkRef & { readonly kind: "member" };
  readonly name: string;
  readonly marks: readonly CommitMark[];
};

export type CommitMark = {
  readonly ref: MarkRef & { readonly kind: "commit" | "commits" };
  readonly fromMs: number;
  /** Undefined while it is open: drawn up to `nowMs` with an arrow. */
  readonly toMs?: number | undefined;
  /** `mixed`: several commits drawn as one mark, at least one of which failed. */
  readonly state: "queued" | "blocked" | "inFlight" | "committed" | "failed" | "released" | "mixed";
  /** Waits, or waited, longer than the tolerance. */
  readonly hanging: boolean;
  /** `waits: join in progress` */
  readonly text: string;
  /** More than 1 when aggregated. */
  readonly count: number;
  readonly deadlineMs?: number | undefined;
};

/** What a session had buffered over time: a small area chart; paused records hatched within it. */
export type BufferLane = {
  readonly ref: MarkRef & { readonly kind: "member" };
  readonly sessionId: string;
  readonly name: string;
  /** Each holds until the next; the highest of its time when aggregated. */
  readonly points: readonly BufferPoint[];
  /** For the scale; at least 1. */
  readonly maxRecords: number;
  /** The session's own cap. */
  readonly capRecords: number | null;
  /** When the session ended: nothing is buffered from then on. */
  readonly endedMs?: number | undefined;
  /** Moments worth a word: `pause orders-3`, `resume 9 partitions`. */
  readonly notes: readonly { readonly atMs: number; readonly text: string }[];
};

export type BufferPoint = {
  readonly ref: MarkRef & { readonly kind: "buffer" };
  readonly atMs: number;
  readonly records: number;
  readonly pausedRecords: number;
  readonly bytes: number;
};

/** One fault of the playground that concerns this group, or no group in particular. */
export type FaultLane = {
  readonly ref: MarkRef & { readonly kind: "fault" };
  readonly title: string;
  readonly segments: readonly { readonly fromMs: number; readonly toMs?: number | undefined }[];
  readonly hits: number;
  readonly holding: number;
};

export type FindingMark = {
  readonly ref: MarkRef & { readonly kind: "finding" };
  readonly severity: "error" | "warning" | "info";
  readonly title: string;
  /** Cause, in one sentence. */
  readonly text: string;
  readonly sinceMs: number;
  /** Where it is drawn inline; null when it concerns the group as a whole. */
  readonly lane: LaneRef | null;
  readonly remedies: readonly Remedy[];
};

/** A button: what it does in words, and what the host is asked for. */
export type Remedy = {
  readonly title: string;
  /** Said in the tooltip: what will happen. */
  readonly hint: string;
  /** Changes something in the cluster or the session; the host asks again where it cannot be undone. */
  readonly changes: boolean;
  readonly action: RemedyAction;
};

/** What can be done about a finding or a mark: the host runs it, the page only hands it back. */
export type RemedyAction =
  | {
      readonly kind: "showCommit";
      readonly clusterId: string;
      readonly groupId: string;
      readonly sourceId: string;
      readonly commitId: string;
    }
  | {
      readonly kind: "releaseCommit";
      readonly clusterId: string;
      readonly sessionId: string;
      readonly commitId: string;
    }
  | {
      readonly kind: "retryBatch";
      readonly clusterId: string;
      readonly sessionId: string;
      readonly topic: string;
      readonly partition: number;
    }
  | {
      readonly kind: "skipBatch";
      readonly inDoubt: boolean;
      readonly clusterId: string;
      readonly sessionId: string;
      readonly topic: string;
      readonly partition: number;
    }
  | {
      readonly kind: "resume" | "skipToEnd" | "skipByDiscarding" | "skipToTime";
      readonly clusterId: string;
      readonly sessionId: string;
      readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
    }
  | {
      readonly kind: "saveBatch";
      readonly clusterId: string;
      readonly sessionId: string;
      readonly bytesId: string;
    }
  | {
      readonly kind: "removeMember";
      readonly clusterId: string;
      readonly groupId: string;
      readonly memberId: string;
    }
  | { readonly kind: "showRebalances"; readonly clusterId: string; readonly groupId: string }
  | {
      readonly kind: "seek";
      readonly clusterId: string;
      readonly sessionId: string;
      readonly topic: string;
      readonly partition: number;
    }
  | { readonly kind: "stopSession"; readonly clusterId: string; readonly sessionId: string }
  | { readonly kind: "allowRebalance"; readonly clusterId: string; readonly sessionId: string }
  | { readonly kind: "poll"; readonly clusterId: string; readonly sessionId: string }
  | { readonly kind: "commit"; readonly clusterId: string; readonly sessionId: string }
  | { readonly kind: "startConsumer"; readonly clusterId: string; readonly groupId: string }
  | { readonly kind: "migrateAssignor"; readonly clusterId: string; readonly groupId: string }
  | {
      readonly kind: "changeMember";
      readonly clusterId: string;
      readonly groupId: string;
      readonly name: string;
    }
  | { readonly kind: "disableFault"; readonly clusterId: string; readonly faultId: string }
  | { readonly kind: "startPlayground" }
  | { readonly kind: "reconnectCluster"; readonly clusterId: string }
  | { readonly kind: "editCluster"; readonly clusterId: string };

/** The strip below the chart: what the selected mark is, when, why it matters, what to do. */
export type Detail = {
  readonly ref: MarkRef;
  /** `Commit #41 by A · orders-3 96 → 120` */
  readonly title: string;
  /** Right of the title: `hanging 12.3 s / deadline 15 s`. */
  readonly status: string | null;
  readonly severity: "error" | "warning" | "info" | "none";
  readonly rows: readonly DetailRow[];
  /** Why it matters, in whole sentences; may be empty. */
  readonly explanation: readonly string[];
  readonly remedies: readonly Remedy[];
  /** A question with its answer, folded: `Why can't it just send?` */
  readonly questions: readonly { readonly question: string; readonly answer: string }[];
  /** Raw bytes with what they are: of a corrupt batch. */
  readonly bytes: HexView | null;
};

/** A line of the strip: label, instant, words; each part may be missing. */
export type DetailRow = {
  readonly label: string;
  readonly atMs?: number | undefined;
  readonly text: string;
  /** `code`: names and ids, set in the editor's font. */
  readonly style: "plain" | "code";
};

export type HexView = {
  readonly totalBytes: number;
  readonly lines: readonly {
    readonly offset: number;
    readonly hex: string;
    readonly ascii: string;
    readonly note: string;
  }[];
  /** True when only the beginning is shown. */
  readonly cut: boolean;
};

/** The same facts as a table, newest first: all that are kept, not only the drawn window. Filled while it is shown. */
export type TableTwin = {
  readonly total: number;
  readonly fromIndex: number;
  readonly rows: readonly TableRow[];
};

export type TableRow = {
  readonly ref: MarkRef;
  readonly fromMs: number;
  /** Undefined while it lasts; the same as `fromMs` of what happens at once. */
  readonly toMs?: number | undefined;
  /** Member, `group`, `fault`. */
  readonly who: string;
  /** `phase`, `generation`, `partition`, `commit`, `buffer`, `fault`, `finding`. */
  readonly kind: string;
  readonly what: string;
  readonly detail: string;
};
