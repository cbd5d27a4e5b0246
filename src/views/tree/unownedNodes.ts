import type { TopicPartition } from "#base/topicPartition.ts";
import { committedPartitions } from "#model/committedOffsets.ts";
import { type GroupView, groupPartition, partitionsOfNobody } from "#model/groupView.ts";
import { sumLag } from "#model/lag.ts";
import type { ClusterModel, GroupModel } from "#model/model.ts";
import { countedText, partitionsText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { tooltip } from "./markdown.ts";
import { joined, numberText } from "./numbers.ts";
import { iconWith, markOf, nodeId, readOnlyWord, type TreeContext } from "./treeContext.ts";

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

/** The row for partitions of a group that no member has; none when there are none. */
export function unownedNodes(
  context: TreeContext,
  cluster: ClusterModel,
  { group, view }: { readonly group: GroupModel; readonly view: GroupView },
): readonly TreeNode[] {
  const { clusterId } = cluster;
  const { groupId } = group;
  const { stranded, committedOnly } = unownedPartitions(cluster, group, view);
  if (stranded.length === 0 && committedOnly.length === 0) return [];
  const mark = markOf(
    context,
    clusterId,
    (subject) =>
      subject.kind === "groupPartition" &&
      subject.groupId === groupId &&
      stranded.some((key) => key.topic === subject.topic && key.partition === subject.partition),
  );
  const only = committedOnly.length;
  const label = ownerText(view);
  const { known: lag } = sumLag(committedOnly.map((key) => groupPartition(cluster, group, key).lag));
  const description = joined(
    stranded.length === 0 && lag !== undefined && `lag ${numberText(lag)}`,
    stranded.length > 0 &&
      `${partitionsText(stranded)} ${stranded.length === 1 ? "is" : "are"} assigned to no member`,
    only > 0 && committedOnlyText(only, label),
  );
  return [
    {
      id: nodeId("unassigned", clusterId, groupId),
      target: { kind: "unassigned", clusterId, groupId },
      label,
      description,
      tooltip: tooltip(label, [
        ["assigned to no member", stranded.length === 0 ? undefined : partitionsText(stranded, 50)],
        ["committed offsets only", only === 0 ? undefined : partitionsText(committedOnly, 50)],
      ]),
      icon: iconWith(
        mark,
        stranded.length > 0
          ? { codicon: "warning", color: "problemsWarningIcon.foreground" }
          : { codicon: "circle-slash" },
      ),
      contextValue: contextValue("unassigned", stranded.length > 0 && "stranded", readOnlyWord(cluster)),
      collapsible: "collapsed",
      accessibilityLabel: `${label}, ${description}`,
    },
  ];
}

/** Whose they are, as far as that can be told. */
function ownerText(view: GroupView): "no members" | "nobody" | "not assigned yet" | "owner unknown" {
  if (view.described && view.members.length === 0) return "no members";
  if (view.assignmentComplete || view.state === "Empty") return "nobody";
  // The broker itself tells: nobody has them until the rebalance is over.
  return view.saysWhoIsMissing ? "not assigned yet" : "owner unknown";
}

function committedOnlyText(count: number, label: ReturnType<typeof ownerText>): string {
  switch (label) {
    case "owner unknown":
      return `${countedText(count, "partition")} · the coordinator does not say whose`;
    case "not assigned yet":
      return `${countedText(count, "partition")} · the rebalance decides whose`;
    case "no members":
    case "nobody":
      return `${countedText(count, "partition")} with committed offsets only`;
  }
}
