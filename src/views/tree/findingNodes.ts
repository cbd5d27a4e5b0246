import type { Finding } from "#model/finding.ts";
import { durationText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { type Field, tooltip } from "./markdown.ts";
import { joined } from "./numbers.ts";
import { iconWith, messageNode, nodeId, type TreeContext, timeIn } from "./treeContext.ts";

/** The rows of FINDINGS, worst first. */
export function findingRoots(context: TreeContext): readonly TreeNode[] {
  return context.findings.map((finding) => findingNode(context, finding));
}

/** Why, what to do, and what it rests on. */
export function findingChildren(context: TreeContext, finding: Finding): readonly TreeNode[] {
  return [
    messageNode([finding.clusterId, finding.id, "cause"], { label: finding.cause, severity: "info" }),
    ...nextStepNode(finding),
    ...finding.evidence.map((evidence, index) => ({
      ...messageNode([finding.clusterId, finding.id, "evidence", String(index)], {
        label: evidence.label,
        description: evidenceText(context, evidence),
        severity: "info",
      }),
      icon: { codicon: "circle-small" },
    })),
  ];
}

/** Stands for its finding, so a click offers the steps and the row has their buttons. */
function nextStepNode(finding: Finding): readonly TreeNode[] {
  const { clusterId, id, remedies } = finding;
  if (remedies.length === 0) return [];
  const steps = remedies.map(({ title }) => title).join(" · ");
  return [
    {
      id: nodeId("finding", clusterId, id, "nextStep"),
      target: { kind: "finding", clusterId, findingId: id },
      label: "What to do",
      description: steps,
      tooltip: tooltip(
        "What to do",
        remedies.map(({ title, hint }): Field => [title, hint]),
      ),
      icon: { codicon: "lightbulb" },
      contextValue: findingContext(finding),
      collapsible: "none",
      command: showFinding,
      accessibilityLabel: `What to do: ${steps}`,
    },
  ];
}

function findingNode(context: TreeContext, finding: Finding): TreeNode {
  const { clusterId, id } = finding;
  const cluster = context.model.clusters.get(clusterId);
  const { lastedMs } = finding;
  const description = joined(lastedMs !== undefined && durationText(lastedMs), finding.detail);
  return {
    id: nodeId("finding", clusterId, id),
    target: { kind: "finding", clusterId, findingId: id },
    label: finding.title,
    description,
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
    contextValue: findingContext(finding),
    collapsible: "collapsed",
    command: showFinding,
    accessibilityLabel: `${finding.severity}: ${finding.title}, ${description}`,
  };
}

const showFinding = { id: "groupscope.showFinding", title: "Show the finding" } as const;

function findingContext({ kind, severity, remedies }: Finding): string {
  return contextValue("finding", kind, severity, ...new Set(remedies.map(({ action }) => action.kind)));
}

function evidenceText(context: TreeContext, evidence: Finding["evidence"][number]): string {
  const at = timeIn(context, evidence.at);
  return at === undefined ? evidence.value : `${at}: ${evidence.value}`;
}
