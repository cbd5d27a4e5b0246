import { topicPartitionText } from "#base/topicPartition.ts";
import { batchBoundsText, batchEvidence, damageWords, haltWords } from "#model/detectors/corruptBatch.ts";
import { resetCauseText, resetEvidence } from "#model/detectors/recordsLost.ts";
import { type Finding, findingText } from "#model/finding.ts";
import type { ClusterModel, SessionModel } from "#model/model.ts";
import type { SessionPartitionView } from "#model/sessionView.ts";
import { bytesText, countedText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { type Field, tooltip } from "./markdown.ts";
import { columnWidth, joined, noLagText, nothingCommittedText, numberText, padded } from "./numbers.ts";
import { heldBytesText } from "./sessionWords.ts";
import { iconWith, labelBelowTopic, markOf, nodeId, type TreeContext, timeIn } from "./treeContext.ts";

/** How wide each column of numbers is. */
type Widths = Readonly<Record<"position" | "fetched" | "committed" | "end" | "lag" | "buffered", number>>;

/** Partitions of a debug consumer, with aligned numbers. */
export function partitionNodes(
  context: TreeContext,
  cluster: ClusterModel,
  of: {
    readonly session: SessionModel;
    readonly partitions: readonly SessionPartitionView[];
    readonly below: "session" | "topic";
  },
): readonly TreeNode[] {
  const { partitions } = of;
  const widths = {
    position: columnWidth(partitions.map((each) => each.position)),
    fetched: columnWidth(partitions.map((each) => each.fetchPosition)),
    committed: columnWidth(partitions.map((each) => each.committedOffset)),
    end: columnWidth(partitions.map((each) => each.highWatermark)),
    lag: columnWidth(partitions.map((each) => each.lag)),
    buffered: columnWidth(partitions.map((each) => each.bufferedRecords)),
  };
  return partitions.map((partition) => partitionNode(context, cluster, { ...of, partition, widths }));
}

function partitionNode(
  context: TreeContext,
  cluster: ClusterModel,
  of: {
    readonly session: SessionModel;
    readonly partition: SessionPartitionView;
    readonly widths: Widths;
    readonly below: "session" | "topic";
  },
): TreeNode {
  const { session, partition, widths } = of;
  const { clusterId } = cluster;
  const { sessionId } = session;
  const grouped = session.started?.groupId !== undefined;
  const mark = markOf(
    context,
    clusterId,
    (subject) =>
      subject.kind === "sessionPartition" &&
      subject.sessionId === sessionId &&
      subject.topic === partition.topic &&
      subject.partition === partition.partition,
  );
  const { corrupt } = partition;
  const description = corrupt
    ? corruptText(context, partition, corrupt)
    : partitionText(partition, { widths, grouped, mark });
  return {
    id: nodeId("sessionPartition", clusterId, sessionId, partition.topic, partition.partition),
    target: {
      kind: "sessionPartition",
      clusterId,
      sessionId,
      topic: partition.topic,
      partition: partition.partition,
    },
    label: of.below === "topic" ? labelBelowTopic(partition) : topicPartitionText(partition),
    fullLabel: topicPartitionText(partition),
    description,
    tooltip: tooltip(
      topicPartitionText(partition),
      partitionFields(context, partition, { grouped }),
      mark ? [findingText(mark), mark.cause] : [],
    ),
    icon: iconWith(mark, stateIcon(partition)),
    contextValue: contextValue(
      "sessionPartition",
      grouped ? "group" : "direct",
      partition.paused ? "paused" : "running",
      // At its end or before it, it can be done the same with: it must not look like another row for that.
      partition.state === "atEnd" ? "fetching" : partition.state,
      partition.state === "corrupt" && corrupt?.nextSafeOffset !== undefined && "skippable",
    ),
    collapsible: "none",
    accessibilityLabel: `${topicPartitionText(partition)}, ${joined(partition.state === "fetching" && !partition.paused && "fetching", description)}`,
  };
}

function corruptText(
  context: TreeContext,
  partition: SessionPartitionView,
  corrupt: NonNullable<SessionPartitionView["corrupt"]>,
): string {
  return joined(
    `corrupt at ${numberText(corrupt.baseOffset)}`,
    partition.state === "retrying" && haltWords(corrupt),
    partition.paused && "paused",
    damageWords(corrupt.cause),
    `next safe ${numberText(corrupt.nextSafeOffset)}`,
    partition.bufferedRecords > 0 && `buffered ${numberText(partition.bufferedRecords)}`,
    corrupt.lastOffset !== corrupt.baseOffset && `batch ${batchBoundsText(corrupt)}`,
    // Whoever has it fetched again sees by this that it was.
    `read at ${timeIn(context, corrupt.at)}`,
  );
}

function partitionText(
  partition: SessionPartitionView,
  of: { readonly widths: Widths; readonly grouped: boolean; readonly mark: Finding | undefined },
): string {
  const { widths, mark } = of;
  return joined(
    leadingState(partition),
    partition.state === "errored" && partition.error?.message,
    mark?.kind === "strandedPartition" && mark.detail,
    mark?.kind === "recordsLost" && partition.reset && resetText(partition.reset),
    `buffered ${bufferedColumn(partition, widths.buffered)}`,
    (partition.arrivedSincePause ?? 0n) > 0n &&
      `${numberText(partition.arrivedSincePause)} arrived since the pause`,
    partition.nothingCommitted
      ? nothingCommittedText
      : `lag ${padded(partition.lag, widths.lag)}${untilText(of.grouped, partition)}`,
    partition.state === "atEnd" && "at end",
    `position ${padded(partition.position, widths.position)}`,
    `fetched to ${padded(partition.fetchPosition, widths.fetched)}`,
    of.grouped &&
      !partition.nothingCommitted &&
      `committed ${padded(partition.committedOffset, widths.committed)}`,
    `end ${padded(partition.highWatermark, widths.end)}`,
    heldBytesText({ bytes: partition.bufferedBytes }),
    partition.readReplicaId !== undefined && `read from node ${partition.readReplicaId}`,
  );
}

/** Nothing is left to read, and the lag is there all the same: it counts from the committed offset. */
function untilText(grouped: boolean, { state, lag }: SessionPartitionView): string {
  return grouped && state === "atEnd" && (lag ?? 0n) > 0n ? " until you commit" : "";
}

function partitionFields(
  context: TreeContext,
  partition: SessionPartitionView,
  of: { readonly grouped: boolean },
): readonly Field[] {
  return [
    ["state", stateText(partition)],
    ["paused", partition.paused ? "yes" : "no"],
    ["position (next delivered)", partition.position],
    ["fetched to", partition.fetchPosition],
    ["committed offset", partition.nothingCommitted ? nothingCommittedText : partition.committedOffset],
    ["end (high watermark)", partition.highWatermark],
    ["last stable offset", partition.lastStableOffset],
    ["log start", partition.logStartOffset],
    [
      of.grouped ? "lag (from the committed offset)" : "lag",
      partition.nothingCommitted ? noLagText : numberText(partition.lag),
    ],
    ["of which no longer exist", partition.gone > 0n ? partition.gone : undefined],
    [
      "buffered",
      `${countedText(partition.bufferedRecords, "record")}, ${bytesText(partition.bufferedBytes)}`,
    ],
    [
      "of which paused",
      `${countedText(partition.pausedRecords, "record")}, ${bytesText(partition.pausedBytes)}`,
    ],
    ["arrived since the pause", partition.arrivedSincePause],
    ["leader", partition.leaderId],
    ["leader epoch", partition.leaderEpoch],
    ...replicaFields(partition),
    ...resetFields(context, partition),
    ["error", partition.error && `${partition.error.code}: ${partition.error.message}`],
    ...(partition.corrupt
      ? batchEvidence(partition.corrupt).map(({ label, value }): Field => [`corrupt batch: ${label}`, value])
      : []),
    ["batch rejected", timeIn(context, partition.corrupt?.at)],
  ];
}

function replicaFields({ readReplicaId }: SessionPartitionView): readonly Field[] {
  return readReplicaId === undefined ? [] : [["read from", `node ${readReplicaId}, a follower (KIP-392)`]];
}

/** What its newest reset left behind. */
function resetFields(context: TreeContext, { reset }: SessionPartitionView): readonly Field[] {
  if (!reset) return [];
  return [
    ["position reset", timeIn(context, reset.at)],
    ["because", resetCauseText(reset.cause)],
    ...resetEvidence(reset).map(({ label, value }): Field => [`reset: ${label}`, value]),
  ];
}

/** `reset to 240: 120 gone` */
function resetText({
  toOffset,
  lostRecords,
  skippedRecords,
}: NonNullable<SessionPartitionView["reset"]>): string {
  const what = lostRecords ? `${numberText(lostRecords)} gone` : `${numberText(skippedRecords)} left out`;
  return `reset to ${numberText(toOffset)}: ${what}`;
}

/**
 * What stands before the number that matters. Fetching is the rule and at end comes and goes with every record: both
 * are in the icon, and must not push the number about.
 */
function leadingState(partition: SessionPartitionView): string | undefined {
  if (partition.paused && partition.state !== "errored") return "paused";
  return partition.state === "loading" || partition.state === "errored" ? partition.state : undefined;
}

/** The count in its place; the paused share where it is not all of it. */
function bufferedColumn(partition: SessionPartitionView, width: number): string {
  const { bufferedRecords, pausedRecords } = partition;
  const mixed = pausedRecords > 0 && (!partition.paused || pausedRecords !== bufferedRecords);
  return `${padded(bufferedRecords, width)}${mixed ? ` (${numberText(pausedRecords)} paused)` : ""}`;
}

function stateText(partition: SessionPartitionView): string {
  const { state, paused } = partition;
  if (state === "retrying") return "corrupt, asking again";
  if (paused && state !== "errored" && state !== "corrupt") return "paused";
  return state === "atEnd" ? "at end" : state;
}

function stateIcon(partition: SessionPartitionView): NonNullable<TreeNode["icon"]> {
  switch (partition.state) {
    case "errored":
    case "corrupt":
      return { codicon: "error", color: "problemsErrorIcon.foreground" };
    case "retrying":
      return { codicon: "sync", color: "problemsWarningIcon.foreground" };
    case "loading":
      return { codicon: partition.paused ? "debug-pause" : "watch" };
    case "fetching":
    case "atEnd":
      if (partition.paused) return { codicon: "debug-pause" };
      return { codicon: partition.state === "atEnd" ? "check" : "arrow-down", isPassing: true };
  }
}
