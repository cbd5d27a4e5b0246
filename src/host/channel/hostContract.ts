import type { RequestShape } from "./channelContract.ts";
import type { ClusterNotifications, ClusterRequests } from "./clusterRequests.ts";
import type { FindingRequests } from "./findingRequests.ts";
import type { HostConfiguration } from "./hostSettings.ts";
import type { PanelEvents, PanelNotifications, PanelRequests } from "./panelRequests.ts";
import type { PlaygroundRequests } from "./playgroundRequests.ts";
import type { SessionRequests } from "./sessionRequests.ts";
import type { TraceRequests } from "./traceRequests.ts";
import type { TreeEvents, TreeNotifications, TreeRequests } from "./treeRequests.ts";

/** A session that ran when a worker died: enough to show it as ended in the next one. Opaque to the extension host. */
export interface LostSession {
  readonly clusterId: string;
  readonly sessionId: string;
  readonly started: unknown;
}

/** What the window's chrome shows: status bar, badge, context keys. */
export interface HostStatus {
  readonly clusters: number;
  readonly playground: {
    readonly running: boolean;
    readonly address: string | undefined;
    /** Whatever waits on it waits for that. */
    readonly clockPaused: boolean;
  };
  /** Running debug consumers; scripted members are not among them. */
  readonly sessions: number;
  readonly listedSessions: number;
  readonly waitingCommits: number;
  readonly findings: { readonly errors: number; readonly warnings: number };
  readonly openTraces: number;
  /** What would be lost if the worker died now. */
  readonly resumable: readonly LostSession[];
}

export interface LifecycleRequests {
  /** Leaves every group, stops the playground, flushes the trace; settles within `deadlineMs`. */
  readonly "host.shutdown": RequestShape<
    { readonly deadlineMs: number },
    { readonly couldNot: readonly string[] }
  >;
  /** How the worker is doing: for the log and for tests. */
  readonly "host.health": RequestShape<
    Record<string, never>,
    { readonly heapUsedBytes: number; readonly observations: number; readonly shed: readonly string[] }
  >;
}

export interface LifecycleNotifications {
  readonly "host.configure": HostConfiguration;
  /** Sessions of the worker before this one. */
  readonly "host.lostSessions": readonly LostSession[];
}

export interface LifecycleEvents {
  readonly "host.log": {
    readonly level: "debug" | "info" | "warn" | "error";
    readonly message: string;
  };
  readonly "host.status": HostStatus;
  /** Something the user should know now: few, and never for what a row already says. */
  readonly "host.notice": { readonly severity: "info" | "warning" | "error"; readonly message: string };
}

/** Everything the extension host and the worker say to each other. */
export interface HostContract {
  readonly requests: LifecycleRequests &
    ClusterRequests &
    SessionRequests &
    PlaygroundRequests &
    TreeRequests &
    PanelRequests &
    FindingRequests &
    TraceRequests;
  readonly notifications: LifecycleNotifications &
    ClusterNotifications &
    TreeNotifications &
    PanelNotifications;
  readonly events: LifecycleEvents & TreeEvents & PanelEvents;
}
