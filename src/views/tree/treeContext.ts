import { presentOf } from "#model/detectors/detect.ts";
import type { Finding, FindingSubject } from "#model/finding.ts";
import type { ClusterModel, Model } from "#model/model.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { tooltip } from "./markdown.ts";
import { utcTimeText } from "./timeText.ts";

/** What rows are made from. */
export interface TreeContext {
  readonly model: Model;
  /** As `detect` found them in that model at that time. */
  readonly findings: readonly Finding[];
  readonly now: number;
  /** Shows only groups and topics whose name contains it, in any case. */
  readonly filter?: string | undefined;
  /** An instant in the user's time zone; UTC when left out. */
  readonly timeText?: ((at: number) => string) | undefined;
  /** Ended debug consumers that the user took off the list. */
  readonly dismissedSessions?: ReadonlySet<string> | undefined;
}

/** A row's id: JSON of its identity, so that no two identities give the same text. */
export function nodeId(...parts: readonly (string | number | undefined)[]): string {
  return JSON.stringify(parts);
}

/** Below its topic, a partition is its number: a long topic would be all that a narrow side bar shows of it. */
export function labelBelowTopic({ partition }: { readonly partition: number }): string {
  return `partition ${partition}`;
}

/** The present of that cluster: where its rows' durations end. */
export function presentIn(context: TreeContext, cluster: ClusterModel): number {
  return presentOf(cluster, context.now);
}

export function timeIn(context: TreeContext, at: number | undefined): string | undefined {
  return at === undefined ? undefined : (context.timeText ?? utcTimeText)(at);
}

/** `readOnly` for everything below an opened trace. */
export function readOnlyWord(cluster: ClusterModel): string | undefined {
  return cluster.profile?.kind === "trace" ? "readOnly" : undefined;
}

export function matchesFilter(context: TreeContext, name: string): boolean {
  const wanted = context.filter?.trim().toLowerCase() ?? "";
  return wanted === "" || name.toLowerCase().includes(wanted);
}

/** The worst finding whose mark this row carries. */
export function markOf(
  context: TreeContext,
  clusterId: string,
  concerns: (subject: FindingSubject) => boolean,
): Finding | undefined {
  return context.findings.find(
    (finding) => finding.clusterId === clusterId && finding.subjects.some(concerns),
  );
}

/** The icon of a row: its own, unless something is wrong. Shape differs as well as colour. */
export function iconWith(
  mark: Finding | undefined,
  own: NonNullable<TreeNode["icon"]>,
): NonNullable<TreeNode["icon"]> {
  if (mark?.severity === "error") return { codicon: "error", color: "problemsErrorIcon.foreground" };
  if (mark?.severity === "warning") return { codicon: "warning", color: "problemsWarningIcon.foreground" };
  return own;
}

/** A row that only says something: a failure with its reason, or that there is nothing. */
export function messageNode(
  id: readonly string[],
  text: {
    readonly label: string;
    readonly description?: string | undefined;
    readonly severity: "error" | "info";
  },
): TreeNode {
  const messageId = nodeId("message", ...id);
  return {
    id: messageId,
    target: { kind: "message", id: messageId },
    label: text.label,
    description: text.description,
    tooltip: tooltip(text.label, [], text.description === undefined ? [] : [text.description]),
    icon:
      text.severity === "error"
        ? { codicon: "warning", color: "problemsWarningIcon.foreground" }
        : { codicon: "info" },
    contextValue: contextValue("message", text.severity),
    collapsible: "none",
  };
}

const maxRows = 1_000;

/** As many rows as a tree can bear, made one by one, and how to reach the others. */
export function cappedRows<T>(
  items: readonly T[],
  rowOf: (item: T) => TreeNode,
  rest: { readonly id: readonly string[]; readonly what: string },
): readonly TreeNode[] {
  const rows = items.slice(0, maxRows).map(rowOf);
  const hidden = items.length - rows.length;
  if (hidden === 0) return rows;
  const more = messageNode([...rest.id, "more"], {
    label: `${hidden} more ${rest.what}`,
    description: "filter by name to see them",
    severity: "info",
  });
  return [...rows, more];
}
