import { topicPartitionText } from "#base/topicPartition.ts";
import { committedPartitions } from "#model/committedOffsets.ts";
import { groupView, lagOver, visibleGroups } from "#model/groupView.ts";
import { sumLag } from "#model/lag.ts";
import type { ClusterModel, GroupModel } from "#model/model.ts";
import { endsOf } from "#model/partitionEnds.ts";
import { countedText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { type Field, tooltip } from "./markdown.ts";
import { columnWidth, joined, lagText, numberText, padded } from "./numbers.ts";
import { hasHanging } from "./ongoingNodes.ts";
import {
  cappedRows,
  labelBelowTopic,
  matchesFilter,
  messageNode,
  nodeId,
  readOnlyWord,
  type TreeContext,
  timeIn,
} from "./treeContext.ts";

type Topic = ClusterModel["topics"]["byName"] extends ReadonlyMap<string, infer T> ? T : never;

/** The rows under Topics: what failed, then every topic. */
export function topicNodes(context: TreeContext, cluster: ClusterModel): readonly TreeNode[] {
  const { clusterId } = cluster;
  const problems = (["topics", "offsets"] as const).flatMap((what) => {
    const failed = cluster.failures.get(what);
    const label = what === "topics" ? "Topics could not be listed" : "Offsets could not be read";
    return failed
      ? [messageNode([clusterId, what], { label, description: failed.message, severity: "error" })]
      : [];
  });
  const topics = [...cluster.topics.byName.values()].filter((topic) => matchesFilter(context, topic.topic));
  const rowOf = (topic: Topic) => topicNode(context, cluster, topic);
  return [...problems, ...cappedRows(topics, rowOf, { id: [clusterId, "topics"], what: "topics" })];
}

/** A topic's partitions, then the groups that read it. */
export function topicChildren(
  context: TreeContext,
  cluster: ClusterModel,
  topic: Topic,
): readonly TreeNode[] {
  const { clusterId } = cluster;
  const rows = topic.partitions.map((partition) => ({
    partition,
    ends: endsOf(cluster, { topic: topic.topic, partition: partition.partition }),
    error:
      partition.error ??
      cluster.topics.ends.get({ topic: topic.topic, partition: partition.partition })?.error,
  }));
  const widths = {
    start: columnWidth(rows.map((row) => row.ends?.logStartOffset)),
    end: columnWidth(rows.map((row) => row.ends?.highWatermark)),
  };
  const partitions = rows.map(({ partition, ends, error }): TreeNode => {
    const name = topicPartitionText({ topic: topic.topic, partition: partition.partition });
    const hangs = hasHanging(cluster, topic.topic, partition.partition);
    const description = joined(
      error,
      partition.leaderId === undefined && "no leader",
      hangs && "a transaction hangs",
      `offsets ${padded(ends?.logStartOffset, widths.start)} to ${padded(ends?.highWatermark, widths.end)}`,
      partition.leaderId !== undefined && `leader ${partition.leaderId}`,
    );
    const failing = error !== undefined || partition.leaderId === undefined;
    return {
      id: nodeId("topicPartition", clusterId, topic.topic, partition.partition),
      target: { kind: "topicPartition", clusterId, topic: topic.topic, partition: partition.partition },
      label: labelBelowTopic(partition),
      fullLabel: name,
      description,
      tooltip: tooltip(name, [
        ["leader", partition.leaderId],
        ["leader epoch", partition.leaderEpoch],
        ["replicas", partition.replicas.join(", ")],
        ["in sync", partition.isr.join(", ")],
        ["log start", ends?.logStartOffset],
        ["end (high watermark)", ends?.highWatermark],
        ["as of", timeIn(context, ends?.at)],
        ["error", error],
      ]),
      icon: failing
        ? { codicon: "warning", color: "problemsWarningIcon.foreground" }
        : { codicon: "symbol-array" },
      contextValue: contextValue(
        "topicPartition",
        failing && "failing",
        hangs && "hanging",
        readOnlyWord(cluster),
      ),
      collapsible: "none",
      accessibilityLabel: `${name}, ${description}`,
    };
  });
  const readers = readersOf(cluster, topic.topic);
  return [
    ...(topic.error === undefined
      ? []
      : [messageNode([clusterId, "topic", topic.topic], { label: topic.error, severity: "error" })]),
    ...partitions,
    {
      id: nodeId("topicGroups", clusterId, topic.topic),
      target: { kind: "topicGroups", clusterId, topic: topic.topic },
      label: `Groups that read it (${readers.length})`,
      icon: { codicon: "organization" },
      contextValue: contextValue("topicGroups", readOnlyWord(cluster)),
      collapsible: readers.length === 0 ? "none" : "collapsed",
    },
  ];
}

/** The groups that read a topic: by subscription, by assignment, or by a committed offset. */
export function topicGroupNodes(cluster: ClusterModel, topic: string): readonly TreeNode[] {
  return readersOf(cluster, topic).map((group): TreeNode => {
    const view = groupView(cluster, group);
    const partitions = cluster.topics.byName.get(topic)?.partitions ?? [];
    const state = view.state ?? "–";
    const lag = lagText(
      lagOver(
        cluster,
        group,
        partitions.map(({ partition }) => ({ topic, partition })),
      ),
    );
    const description = state === "Stable" ? joined(lag, state) : joined(state, lag);
    return {
      id: nodeId("topicGroup", cluster.clusterId, topic, group.groupId),
      target: { kind: "topicGroup", clusterId: cluster.clusterId, topic, groupId: group.groupId },
      label: group.groupId,
      description,
      icon: { codicon: "organization" },
      contextValue: contextValue("topicGroup", readOnlyWord(cluster)),
      collapsible: "none",
    };
  });
}

function topicNode(context: TreeContext, cluster: ClusterModel, topic: Topic): TreeNode {
  const { clusterId } = cluster;
  const counts = topic.partitions.map(({ partition }) => {
    const ends = endsOf(cluster, { topic: topic.topic, partition });
    if (ends?.highWatermark === undefined || ends.logStartOffset === undefined) return undefined;
    return ends.highWatermark - ends.logStartOffset;
  });
  const { known } = sumLag(counts);
  const failing =
    topic.error !== undefined || topic.partitions.some((partition) => partition.error !== undefined);
  const dropped = droppedOf(cluster, topic.topic);
  const description = joined(
    topic.error ?? (failing && "a partition has an error"),
    hasHanging(cluster, topic.topic) && "a transaction hangs",
    countedText(topic.partitions.length, "partition"),
    known !== undefined && `${numberText(known)} offsets`,
    dropped && `${countedText(dropped.records, "record")} dropped for memory`,
  );
  return {
    id: nodeId("topic", clusterId, topic.topic),
    target: { kind: "topic", clusterId, topic: topic.topic },
    label: topic.topic,
    description,
    tooltip: tooltip(topic.topic, [
      ["partitions", topic.partitions.length],
      ["offsets between start and end", numberText(known)],
      ["topic id", topic.topicId],
      ...droppedFields(dropped),
      ["internal", topic.isInternal ? "yes" : "no"],
      ["error", topic.error],
      ["asked", timeIn(context, cluster.topics.listed?.requestedAt)],
    ]),
    icon: failing
      ? { codicon: "warning", color: "problemsWarningIcon.foreground" }
      : { codicon: topic.isInternal ? "gear" : "list-unordered" },
    contextValue: contextValue(
      "topic",
      topic.isInternal && "internal",
      failing && "failing",
      readOnlyWord(cluster),
    ),
    collapsible: "collapsed",
    accessibilityLabel: `Topic ${topic.topic}, ${description}`,
  };
}

/** Nothing is said where nothing went: other clusters have no such bound. */
function droppedFields(dropped: ReturnType<typeof droppedOf>): readonly Field[] {
  if (!dropped) return [];
  const { records, batches } = dropped;
  const text = `${countedText(records, "record")} in ${countedText(batches, "batch", "batches")}`;
  return [["dropped to stay within the playground's memory", text]];
}

/** What had to go of a topic so that the playground's records fit into its memory. */
function droppedOf({ playground }: ClusterModel, topic: string) {
  return playground.dropped?.topics.find((each) => each.topic === topic);
}

function readersOf(cluster: ClusterModel, topic: string): readonly GroupModel[] {
  return visibleGroups(cluster).filter((group) => {
    if (committedPartitions(group.committed).some((key) => key.topic === topic)) return true;
    const members = (group.byBroker ?? group.bySample)?.members ?? [];
    return members.some(
      (member) =>
        member.subscribedTopics?.includes(topic) || member.assigned?.some((key) => key.topic === topic),
    );
  });
}
