import type { Finding } from "#model/finding.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { type Field, tooltip } from "./markdown.ts";
import { iconWith, messageNode, nodeId, type TreeContext, timeIn } from "./treeContext.ts";

/** The rows of FINDINGS, worst first. */
export function findingRoots(context: TreeContext): readonly TreeNode[] {
  return context.findings.map((finding) => findingNode(context, finding));
}

/** Why, and what it rests on. */
export function findingChildren(context: TreeContext, finding: Finding): readonly TreeNode[] {
  return [
    messageNode([finding.clusterId, finding.id, "cause"], { label: finding.cause, severity: "info" }),
    ...finding.evidence.map((evidence, index) =>
      messageNode([finding.clusterId, finding.id, "evidence", String(index)], {
        label: evidence.label,
        description: evidenceText(context, evidence),
        severity: "info",
      }),
    ),
  ];
}

function findingNode(context: TreeContext, finding: Finding): TreeNode {
  const { clusterId, id } = finding;
  const cluster = context.model.clusters.get(clusterId);
  return {
    id: nodeId("finding", clusterId, id),
    target: { kind: "finding", clusterId, findingId: id },
    label: finding.title,
    description: finding.detail,
    tooltip: tooltip(
      finding.title,
      [
        ...finding.evidence.map((evidence): Field => [evidence.label, evidenceText(context, evidence)]),
        ["since", timeIn(context, finding.since)],
        ["cluster", cluster?.profile?.name ?? clusterId],
        ["what to do", finding.remedies.map(({ title }) => title).join(", ")],
      ],
      [finding.cause],
    ),
    icon: iconWith(finding, { codicon: "info" }),
    contextValue: contextValue(
      "finding",
      finding.kind,
      finding.severity,
      ...new Set(finding.remedies.map(({ action }) => action.kind)),
    ),
    collapsible: "collapsed",
    command: { id: "groupscope.showFinding", title: "Show the finding" },
    accessibilityLabel: `${finding.severity}: ${finding.title}, ${finding.detail}`,
  };
}

function evidenceText(context: TreeContext, evidence: Finding["evidence"][number]): string {
  const at = timeIn(context, evidence.at);
  return at === undefined ? evidence.value : `${at}: ${evidence.value}`;
}
