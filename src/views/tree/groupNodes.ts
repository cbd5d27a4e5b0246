import { findingText } from "#model/finding.ts";
import { type GroupView, groupLag, groupView, visibleGroups } from "#model/groupView.ts";
import type { ClusterModel, GroupModel } from "#model/model.ts";
import type { TreeNode } from "../treeNode.ts";
import { awayNodes } from "./awayNodes.ts";
import { contextValue } from "./contextValues.ts";
import { groupText, phaseWord, shownState, typeName, waitText } from "./groupWords.ts";
import { type Field, tooltip } from "./markdown.ts";
import { memberNodes } from "./memberNodes.ts";
import { joined, noLagText, numberText } from "./numbers.ts";
import {
  cappedRows,
  iconWith,
  markOf,
  matchesFilter,
  messageNode,
  nodeId,
  presentIn,
  readOnlyWord,
  type TreeContext,
  timeIn,
} from "./treeContext.ts";
import { unownedNodes } from "./unownedNodes.ts";

/** The rows under Groups: brokers that did not answer, then every group. */
export function groupNodes(context: TreeContext, cluster: ClusterModel): readonly TreeNode[] {
  const { clusterId } = cluster;
  const failed = cluster.failures.get("groups");
  const problems = [
    ...(failed
      ? [
          messageNode([clusterId, "groups"], {
            label: "Groups could not be listed",
            description: failed.message,
            severity: "error",
          }),
        ]
      : []),
    ...cluster.groups.missing.map(({ broker, reason }) =>
      messageNode([clusterId, "missing", broker], {
        label: `Broker ${broker} did not answer`,
        description: `${reason}; groups it coordinates may be missing here`,
        severity: "error",
      }),
    ),
  ];
  const groups = visibleGroups(cluster).filter((group) => matchesFilter(context, group.groupId));
  const rowOf = (group: GroupModel) => groupNode(context, cluster, group);
  return [...problems, ...cappedRows(groups, rowOf, { id: [clusterId, "groups"], what: "groups" })];
}

/** The rows of one group: what failed, its members, and what no member has. */
export function groupChildren(
  context: TreeContext,
  cluster: ClusterModel,
  group: GroupModel,
): readonly TreeNode[] {
  const view = groupView(cluster, group);
  const failures = [...group.failures.values()].map((failure) =>
    messageNode([cluster.clusterId, group.groupId, failure.what], {
      label:
        failure.what === "describe"
          ? "The group could not be described"
          : "Its committed offsets could not be read",
      description: joined(failure.message, failure.errorCode),
      severity: "error",
    }),
  );
  const rows = [
    ...failures,
    ...memberNodes({ context, cluster, group, view }),
    ...awayNodes(context, cluster, group.groupId),
    ...unownedNodes(context, cluster, { group, view }),
  ];
  if (rows.length > 0) return rows;
  return [
    messageNode([cluster.clusterId, group.groupId, "empty"], {
      label: view.described ? "No members, and nothing committed" : "Asking the coordinator…",
      severity: "info",
    }),
  ];
}

function groupNode(context: TreeContext, cluster: ClusterModel, group: GroupModel): TreeNode {
  const { clusterId } = cluster;
  const { groupId } = group;
  const view = groupView(cluster, group);
  const state = shownState(view);
  const mark = markOf(
    context,
    clusterId,
    (subject) => subject.kind === "group" && subject.groupId === groupId,
  );
  const failure = [...group.failures.values()][0];
  const description = groupText(cluster, group, { view, mark, now: presentIn(context, cluster) });
  return {
    id: nodeId("group", clusterId, groupId),
    target: { kind: "group", clusterId, groupId },
    label: groupId === "" ? "(empty group id)" : groupId,
    description,
    tooltip: tooltip(
      groupId,
      groupFields(context, { cluster, group, view }),
      [mark && findingText(mark), failure?.message].filter((text) => text !== undefined),
    ),
    icon: iconWith(
      mark,
      failure
        ? { codicon: "warning", color: "problemsWarningIcon.foreground" }
        : stateIcon(waitText(group) === undefined ? state : "PreparingRebalance"),
    ),
    contextValue: contextValue(
      "group",
      view.groupType,
      phaseWord(state),
      failure !== undefined && "failing",
      readOnlyWord(cluster),
    ),
    collapsible: "collapsed",
    accessibilityLabel: `Group ${groupId}, ${joined(state === "Stable" && !mark && state, description)}`,
  };
}

function stateIcon(state: string | undefined): NonNullable<TreeNode["icon"]> {
  switch (phaseWord(state)) {
    case "stable":
      return { codicon: "pass", color: "charts.green" };
    case "empty":
      return { codicon: "circle-outline" };
    case "rebalancing":
      return { codicon: "sync", color: "charts.yellow" };
    case "other":
      return { codicon: "question" };
  }
}

function groupFields(
  context: TreeContext,
  of: { readonly cluster: ClusterModel; readonly group: GroupModel; readonly view: GroupView },
): readonly Field[] {
  const { cluster, group, view } = of;
  const lag = groupLag(cluster, group, view);
  return [
    ["state", shownState(view)],
    ["since", timeIn(context, view.stateSince)],
    ["seen by", view.stateBy],
    ["type", typeName(view)],
    [
      "protocol type",
      group.byBroker?.protocolType ?? group.bySample?.protocolType ?? group.listed?.protocolType,
    ],
    ["assignor", view.assignor],
    // A classic group has no epoch, and the others have no generation: that is not unknown, it does not exist.
    ...(view.groupType === "classic" || view.groupType === "unknown"
      ? [["generation", view.generationId] as const]
      : [["group epoch", view.groupEpoch] as const]),
    ["members", view.described || view.members.length > 0 ? view.members.length : undefined],
    ["coordinator", view.coordinator],
    ["lag", lag.nothingCommitted ? noLagText : numberText(lag.known)],
    ["partitions with unknown lag", lag.unknown],
    ["last rebalance", view.rebalanceReason],
    ["last asked", timeIn(context, group.bySample?.requestedAt ?? group.listed?.requestedAt)],
  ];
}
