import type { TopicPartition } from "#base/topicPartition.ts";
import { committedPartitions } from "#model/committedOffsets.ts";
import { type GroupView, groupLag, groupView, partitionsOfNobody, visibleGroups } from "#model/groupView.ts";
import { lagTrendOf } from "#model/lagTrend.ts";
import { missingMembers } from "#model/memberName.ts";
import type { ClusterModel, GroupModel } from "#model/model.ts";
import { countedText, durationText, listText, partitionsText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { tooltip } from "./markdown.ts";
import { memberNodes } from "./memberNodes.ts";
import { joined, numberText } from "./numbers.ts";
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
    ...unownedNode(context, cluster, { group, view }),
  ];
  if (rows.length > 0) return rows;
  return [
    messageNode([cluster.clusterId, group.groupId, "empty"], {
      label: view.described ? "No members, and nothing committed" : "Asking the coordinator…",
      severity: "info",
    }),
  ];
}

/** Partitions of the row for what no member has: `stranded` ones first, then those with a committed offset only. */
export function unownedPartitions(
  cluster: ClusterModel,
  group: GroupModel,
  view: GroupView,
): {
  readonly stranded: readonly TopicPartition[];
  readonly committedOnly: readonly TopicPartition[];
} {
  const stranded = partitionsOfNobody(cluster, view) ?? [];
  const taken = new Set(
    [...stranded, ...view.members.flatMap((member) => member.assigned ?? [])].map((key) =>
      nodeId(key.topic, key.partition),
    ),
  );
  const committedOnly = committedPartitions(group.committed).filter(
    (key) => !taken.has(nodeId(key.topic, key.partition)),
  );
  return { stranded, committedOnly };
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
  const lag = groupLag(cluster, group, view);
  const sinceMs = view.stateSince === undefined ? undefined : presentIn(context, cluster) - view.stateSince;
  const rebalancing = phaseWord(state) === "rebalancing";
  const description = joined(
    rebalancing && sinceMs !== undefined ? `${state} ${durationText(sinceMs)}` : (state ?? "–"),
    failure?.message,
    rebalancing && waitsFor(view),
    typeText(view),
    `lag ${numberText(lag.known)}${lag.unknown > 0 && lag.known !== undefined ? " or more" : ""}${trendArrow(group)}`,
  );
  return {
    id: nodeId("group", clusterId, groupId),
    target: { kind: "group", clusterId, groupId },
    label: groupId === "" ? "(empty group id)" : groupId,
    description,
    tooltip: tooltip(
      groupId,
      [
        ["state", state],
        ["since", timeIn(context, view.stateSince)],
        ["seen by", view.stateBy],
        ["type", typeText(view)],
        [
          "protocol type",
          group.byBroker?.protocolType ?? group.bySample?.protocolType ?? group.listed?.protocolType,
        ],
        ["assignor", view.assignor],
        ["generation", view.generationId],
        ["group epoch", view.groupEpoch],
        ["members", view.described || view.members.length > 0 ? view.members.length : undefined],
        ["coordinator", view.coordinator],
        ["lag", numberText(lag.known)],
        ["partitions with unknown lag", lag.unknown],
        ["last rebalance", view.rebalanceReason],
        ["asked", timeIn(context, group.bySample?.requestedAt ?? group.listed?.requestedAt)],
      ],
      [mark?.title, failure?.message].filter((text) => text !== undefined),
    ),
    icon: iconWith(
      mark,
      failure ? { codicon: "warning", color: "list.warningForeground" } : stateIcon(state),
    ),
    contextValue: contextValue(
      "group",
      view.groupType,
      phaseWord(state),
      failure !== undefined && "failing",
      readOnlyWord(cluster),
    ),
    collapsible: "collapsed",
    accessibilityLabel: `Group ${groupId}, ${description}${mark ? `, ${mark.title}` : ""}`,
  };
}

/**
 * As the broker reports it. DescribeGroups calls every group that is not classic Dead: that is the wrong question's
 * answer, not a state.
 */
function shownState(view: GroupView): string | undefined {
  return view.state === "Dead" && view.groupType !== "classic" ? undefined : view.state;
}

/** `consumer (KIP-848) epoch 12`, `classic generation 6`. */
function typeText(view: GroupView): string {
  switch (view.groupType) {
    case "classic":
      return view.generationId === undefined ? "classic" : `classic generation ${view.generationId}`;
    case "consumer":
      return view.groupEpoch === undefined
        ? "consumer (KIP-848)"
        : `consumer (KIP-848) epoch ${view.groupEpoch}`;
    case "share":
      return view.groupEpoch === undefined ? "share" : `share epoch ${view.groupEpoch}`;
    case "streams":
      return view.groupEpoch === undefined ? "streams" : `streams epoch ${view.groupEpoch}`;
    case "unknown":
      return "type unknown";
  }
}

function waitsFor(view: GroupView): string | undefined {
  const missing = missingMembers(view);
  if (missing && missing.length > 0) return `waits for ${listText(missing.map(({ name }) => name))}`;
  if (missing === undefined && view.state === "PreparingRebalance")
    return "the coordinator does not say who it waits for";
  return undefined;
}

const rebalancingStates = new Set(["PreparingRebalance", "CompletingRebalance", "Assigning", "Reconciling"]);

function phaseWord(state: string | undefined): "stable" | "empty" | "rebalancing" | "other" {
  if (state === "Stable") return "stable";
  if (state === "Empty") return "empty";
  return state !== undefined && rebalancingStates.has(state) ? "rebalancing" : "other";
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

function trendArrow(group: GroupModel): string {
  switch (lagTrendOf(group.lagSamples)) {
    case "rising":
      return " ↗";
    case "falling":
      return " ↘";
    case "steady":
    case undefined:
      return "";
  }
}

function unownedNode(
  context: TreeContext,
  cluster: ClusterModel,
  { group, view }: { readonly group: GroupModel; readonly view: GroupView },
): readonly TreeNode[] {
  const { clusterId } = cluster;
  const { groupId } = group;
  const { stranded, committedOnly } = unownedPartitions(cluster, group, view);
  if (stranded.length === 0 && committedOnly.length === 0) return [];
  const known = view.assignmentComplete || (view.described && view.members.length === 0);
  const mark = markOf(
    context,
    clusterId,
    (subject) =>
      subject.kind === "groupPartition" &&
      subject.groupId === groupId &&
      stranded.some((key) => key.topic === subject.topic && key.partition === subject.partition),
  );
  const only = committedOnly.length;
  const description = joined(
    stranded.length > 0 &&
      `${partitionsText(stranded)} ${stranded.length === 1 ? "is" : "are"} assigned to no member`,
    only > 0 &&
      (known
        ? `${countedText(only, "partition")} with committed offsets only`
        : `${countedText(only, "partition")} · the coordinator does not say whose`),
  );
  return [
    {
      id: nodeId("unassigned", clusterId, groupId),
      target: { kind: "unassigned", clusterId, groupId },
      label: known ? "nobody" : "owner unknown",
      description,
      tooltip: tooltip(known ? "nobody" : "owner unknown", [
        ["assigned to no member", stranded.length === 0 ? undefined : partitionsText(stranded, 50)],
        ["committed offsets only", only === 0 ? undefined : partitionsText(committedOnly, 50)],
      ]),
      icon: iconWith(
        mark,
        stranded.length > 0
          ? { codicon: "warning", color: "list.warningForeground" }
          : { codicon: "circle-slash" },
      ),
      contextValue: contextValue("unassigned", stranded.length > 0 && "stranded", readOnlyWord(cluster)),
      collapsible: "collapsed",
      accessibilityLabel: description,
    },
  ];
}
