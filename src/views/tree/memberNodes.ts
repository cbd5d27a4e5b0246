import { compareTopicPartitions, type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import { type Finding, findingText } from "#model/finding.ts";
import {
  type GroupPartitionView,
  type GroupView,
  groupPartition,
  lagOver,
  type MemberView,
} from "#model/groupView.ts";
import { memberName } from "#model/memberName.ts";
import type { ClusterModel, GroupModel } from "#model/model.ts";
import { sessionName } from "#model/sessionView.ts";
import { durationText, partitionsText, shortId } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { clockPausedText, isClockPaused } from "./clockWords.ts";
import { contextValue } from "./contextValues.ts";
import { type Field, tooltip } from "./markdown.ts";
import { assignedText, isRemoved, memberTrouble, ownPhaseText, phaseText } from "./memberWords.ts";
import {
  columnWidth,
  joined,
  lagText,
  noLagText,
  nothingCommittedText,
  numberText,
  padded,
} from "./numbers.ts";
import {
  iconWith,
  markOf,
  nodeId,
  presentIn,
  readOnlyWord,
  type TreeContext,
  timeIn,
} from "./treeContext.ts";

interface Place {
  readonly context: TreeContext;
  readonly cluster: ClusterModel;
  readonly group: GroupModel;
  readonly view: GroupView;
}

/** The members of a group, by name. */
export function memberNodes(place: Place): readonly TreeNode[] {
  const { members } = place.view;
  return members
    .map((member) => ({ member, name: memberName(member, members) }))
    .sort((a, b) =>
      a.name === b.name ? (a.member.memberId < b.member.memberId ? -1 : 1) : a.name < b.name ? -1 : 1,
    )
    .map(({ member, name }) => memberNode(place, member, name));
}

/** Partitions of a group, whoever has them, with aligned numbers. */
export function groupPartitionNodes(
  place: Place,
  partitions: readonly TopicPartition[],
  owner: MemberView | undefined,
): readonly TreeNode[] {
  const rows = [...partitions]
    .sort(compareTopicPartitions)
    .map((key) => groupPartition(place.cluster, place.group, key));
  const widths = {
    committed: columnWidth(rows.map((row) => row.committedOffset)),
    end: columnWidth(rows.map((row) => row.highWatermark)),
    lag: columnWidth(rows.map((row) => row.lag)),
  };
  return rows.map((row) => partitionNode(place, row, { owner, widths }));
}

function memberNode(place: Place, member: MemberView, name: string): TreeNode {
  const { context, cluster, group, view } = place;
  const { clusterId } = cluster;
  const { groupId } = group;
  const missing = member.phase === "notRejoined" && view.saysWhoIsMissing;
  const mark = markOf(
    context,
    clusterId,
    (subject) =>
      (subject.kind === "member" && subject.groupId === groupId && subject.memberId === member.memberId) ||
      (subject.kind === "session" && subject.sessionId === member.session?.sessionId),
  );
  const description = descriptionOf(place, member, mark);
  return {
    id: nodeId("member", clusterId, groupId, member.memberId),
    target: { kind: "member", clusterId, groupId, memberId: member.memberId },
    label: labelOf(member),
    description,
    tooltip: tooltip(name, memberFields(place, member), mark ? [findingText(mark)] : []),
    icon:
      missing && isOverdue(place) && mark?.severity !== "error"
        ? { codicon: "warning", color: "problemsWarningIcon.foreground" }
        : iconWith(mark, ownerIcon(member)),
    contextValue: contextValue(
      "member",
      ownerWord(member),
      missing && "missing",
      member.groupInstanceId !== undefined && "static",
      isClockPaused(cluster) && "clockPaused",
      readOnlyWord(cluster),
    ),
    collapsible: (member.assigned?.length ?? 0) > 0 ? "collapsed" : "none",
    accessibilityLabel: `Member ${name}, ${description}${mark ? `, ${findingText(mark)}` : ""}`,
  };
}

/** A healthy member learns of a rebalance with its next heartbeat, three seconds later by default. */
const noticeMs = 5_000;

function isOverdue({ context, cluster, view }: Place): boolean {
  const since = view.stateSince;
  return since === undefined || presentIn(context, cluster) - since >= noticeMs;
}

function memberFields({ context, cluster, view }: Place, member: MemberView): Parameters<typeof tooltip>[1] {
  return [
    ["member id", member.memberId],
    ["client id", member.clientId],
    ["host", member.host],
    ["script", member.session?.started?.script],
    ["static id", member.groupInstanceId],
    ["assignors", member.assignors?.join(", ")],
    ["leader of the group", member.isLeader === undefined ? undefined : member.isLeader ? "yes" : "no"],
    ["member epoch", member.memberEpoch],
    ["subscribed to", member.subscribedTopics?.join(", ")],
    [assignedLabel(member), member.assigned && partitionsText(member.assigned, 50)],
    ["target assignment", member.targetAssigned && partitionsText(member.targetAssigned, 50)],
    ["claimed when it joined", member.owned && partitionsText(member.owned, 50)],
    [
      "in the rebalance",
      ownPhaseText(member) ??
        phaseText(member) ??
        member.phase ??
        (view.state === "Stable" ? undefined : "the coordinator does not say"),
    ],
    [
      "session timeout",
      member.sessionTimeoutMs === undefined ? undefined : durationText(member.sessionTimeoutMs),
    ],
    [
      "rebalance timeout",
      member.rebalanceTimeoutMs === undefined ? undefined : durationText(member.rebalanceTimeoutMs),
    ],
    ["last heartbeat", timeIn(context, member.lastHeartbeatAt)],
    evictionField(evictedIn(context, cluster, member), member),
  ];
}

/** A healthy member's time runs, too: each heartbeat sets it back. */
function evictionField(left: string | undefined, { phase }: MemberView): Field {
  if (phase === "notRejoined") return ["evicted in", left];
  return ["evicted if silent", left === undefined ? undefined : `for ${left} more`];
}

/** Undefined when that time is past: a heartbeat has come since the broker told it. */
function evictedIn(context: TreeContext, cluster: ClusterModel, member: MemberView): string | undefined {
  const left = member.evictedAt === undefined ? 0 : member.evictedAt - presentIn(context, cluster);
  return left > 0 ? durationText(left) : undefined;
}

function assignedLabel(member: MemberView): string {
  return member.assignedKnown === "last" ? "assigned (last known)" : "assigned";
}

function labelOf(member: MemberView): string {
  if (!member.session) return shortId(member.memberId === "" ? member.clientId : member.memberId, 18);
  return member.session.started?.scripted
    ? sessionName(member.session)
    : `${sessionName(member.session)} (ours)`;
}

/** Ours as under DEBUG CONSUMERS; a script of the playground is not a person's consumer. */
function ownerIcon(member: MemberView): NonNullable<TreeNode["icon"]> {
  switch (ownerWord(member)) {
    case "ours":
      return { codicon: "debug-alt" };
    case "scripted":
      return { codicon: "hubot" };
    case "foreign":
      return { codicon: "person" };
  }
}

function ownerWord(member: MemberView): "ours" | "scripted" | "foreign" {
  if (!member.session) return "foreign";
  return member.session.started?.scripted ? "scripted" : "ours";
}

function descriptionOf(place: Place, member: MemberView, mark: Finding | undefined): string {
  const { context, cluster, group, view } = place;
  if (view.saysWhoIsMissing && member.phase === "notRejoined") {
    const left = evictedIn(context, cluster, member);
    return joined(
      "has not rejoined",
      isClockPaused(cluster) && clockPausedText,
      left !== undefined && `evicted in ${left}`,
    );
  }
  const lag = lagOver(cluster, group, member.assigned ?? []);
  const ownPhase = ownPhaseText(member);
  return joined(
    ownPhase ?? (view.state !== "Stable" && phaseText(member)),
    ownPhase !== undefined && isClockPaused(cluster) && clockPausedText,
    memberTrouble(mark, memberName(member, view.members)),
    isRemoved(view) && "the coordinator has removed it",
    (member.assigned?.length ?? 0) > 0 && lagText(lag),
    assignedText(member),
    member.session?.started?.script,
    member.groupInstanceId !== undefined && `static ${member.groupInstanceId}`,
    member.session && !member.session.started?.scripted ? undefined : member.host,
  );
}

function partitionNode(
  place: Place,
  row: GroupPartitionView,
  shown: {
    readonly owner: MemberView | undefined;
    readonly widths: { readonly committed: number; readonly end: number; readonly lag: number };
  },
): TreeNode {
  const { context, cluster, group } = place;
  const { clusterId } = cluster;
  const { groupId } = group;
  const { topic, partition } = row;
  const { owner, widths } = shown;
  const mark = markOf(
    context,
    clusterId,
    (subject) =>
      subject.kind === "groupPartition" &&
      subject.groupId === groupId &&
      subject.topic === topic &&
      subject.partition === partition,
  );
  const problem = row.error ?? row.endsError;
  const description = joined(
    mark?.kind === "strandedPartition" && (owner ? mark.detail : "assigned to no member"),
    problem,
    row.nothingCommitted ? nothingCommittedText : `lag ${padded(row.lag, widths.lag)}`,
    row.gone > 0n && `of which ${numberText(row.gone)} no longer exist`,
    !row.nothingCommitted && `committed ${padded(row.committedOffset, widths.committed)}`,
    `end ${padded(row.highWatermark, widths.end)}`,
    owner?.assignedKnown === "last" && "last known owner",
  );
  return {
    id: nodeId("groupPartition", clusterId, groupId, owner?.memberId, topic, partition),
    target: { kind: "groupPartition", clusterId, groupId, topic, partition, memberId: owner?.memberId },
    label: topicPartitionText(row),
    description,
    tooltip: tooltip(
      topicPartitionText(row),
      [
        ["committed offset", row.nothingCommitted ? nothingCommittedText : row.committedOffset],
        ["committed metadata", row.committedMetadata],
        ["as of", timeIn(context, row.committedAt)],
        ["end (high watermark)", row.highWatermark],
        ["log start", row.logStartOffset],
        ["lag", row.nothingCommitted ? noLagText : numberText(row.lag)],
        ["no longer exist", row.gone > 0n ? row.gone : undefined],
        ["member", owner?.memberId],
        ["error", problem],
      ],
      mark ? [findingText(mark), mark.cause] : [],
    ),
    icon: iconWith(
      mark,
      problem === undefined
        ? { codicon: "symbol-array" }
        : { codicon: "warning", color: "problemsWarningIcon.foreground" },
    ),
    contextValue: contextValue(
      "groupPartition",
      owner ? ownerWord(owner) : "nobody",
      mark?.kind === "strandedPartition" && "stranded",
      readOnlyWord(cluster),
    ),
    collapsible: "none",
    accessibilityLabel: `${topicPartitionText(row)}, ${description}`,
  };
}
