/** The native trees of the sidebar. */
export type TreeViewId = "groupscope.clusters" | "groupscope.debugConsumers" | "groupscope.findings";

/** What a row is about, with Kafka's own identifiers: commands get it, never a concatenated text (I8). */
export type NodeTarget =
  | { readonly kind: "cluster"; readonly clusterId: string }
  | { readonly kind: "groups"; readonly clusterId: string }
  | { readonly kind: "group"; readonly clusterId: string; readonly groupId: string }
  | {
      readonly kind: "member";
      readonly clusterId: string;
      readonly groupId: string;
      readonly memberId: string;
    }
  /** A scripted member between two lives: its last one. */
  | {
      readonly kind: "awayMember";
      readonly clusterId: string;
      readonly groupId: string;
      readonly sessionId: string;
    }
  | { readonly kind: "unassigned"; readonly clusterId: string; readonly groupId: string }
  | {
      readonly kind: "groupPartition";
      readonly clusterId: string;
      readonly groupId: string;
      readonly topic: string;
      readonly partition: number;
      readonly memberId?: string | undefined;
    }
  | { readonly kind: "topics"; readonly clusterId: string }
  | { readonly kind: "topic"; readonly clusterId: string; readonly topic: string }
  | {
      readonly kind: "topicPartition";
      readonly clusterId: string;
      readonly topic: string;
      readonly partition: number;
    }
  | { readonly kind: "topicGroups"; readonly clusterId: string; readonly topic: string }
  | {
      readonly kind: "topicGroup";
      readonly clusterId: string;
      readonly topic: string;
      readonly groupId: string;
    }
  | { readonly kind: "nodes"; readonly clusterId: string }
  | { readonly kind: "node"; readonly clusterId: string; readonly nodeId: number }
  | { readonly kind: "clock"; readonly clusterId: string }
  | { readonly kind: "faults"; readonly clusterId: string }
  | { readonly kind: "fault"; readonly clusterId: string; readonly faultId: string }
  /** Without a node, the clock of all that have no wrong one of their own. */
  | { readonly kind: "wrongClock"; readonly clusterId: string; readonly nodeId: number | undefined }
  | {
      readonly kind: "hangingTransaction";
      readonly clusterId: string;
      readonly topic: string;
      readonly partition: number;
      /** Decimal. */
      readonly producerId: string;
    }
  | { readonly kind: "workload"; readonly clusterId: string; readonly workloadId: string }
  | { readonly kind: "session"; readonly clusterId: string; readonly sessionId: string }
  | {
      readonly kind: "sessionTopic";
      readonly clusterId: string;
      readonly sessionId: string;
      readonly topic: string;
    }
  | {
      readonly kind: "sessionPartition";
      readonly clusterId: string;
      readonly sessionId: string;
      readonly topic: string;
      readonly partition: number;
    }
  | { readonly kind: "finding"; readonly clusterId: string; readonly findingId: string }
  | { readonly kind: "message"; readonly id: string };

/** One row as data; only the adapter in `src/vscode` knows `TreeItem`. */
export interface TreeNode {
  /** Unique in its tree across clusters; equal ids are the same row over time. */
  readonly id: string;
  readonly target: NodeTarget;
  readonly label: string;
  /** What it is called away from its parent, as in the clipboard; the label where left out. */
  readonly fullLabel?: string | undefined;
  readonly description?: string | undefined;
  /** Markdown: a table with every field. */
  readonly tooltip?: string | undefined;
  /** A codicon's name and optionally a theme colour id. */
  readonly icon?:
    | {
        readonly codicon: string;
        readonly color?: string | undefined;
        /** Comes and goes with the traffic, so it changes as numbers do. */
        readonly isPassing?: boolean | undefined;
      }
    | undefined;
  /** Space-separated words for `when` clauses: `session paused`. */
  readonly contextValue: string;
  readonly collapsible: "none" | "collapsed" | "expanded";
  /** Runs on click or Enter. */
  readonly command?: { readonly id: string; readonly title: string } | undefined;
  /** Said by a screen reader instead of the label and description. */
  readonly accessibilityLabel?: string | undefined;
}
