import type { ClusterModel, SessionModel } from "#model/model.ts";
import { type SessionPartitionView, sessionPartitions } from "#model/sessionView.ts";
import { countedText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { clockPausedText, isClockPaused } from "./clockWords.ts";
import { contextValue } from "./contextValues.ts";
import { joined } from "./numbers.ts";
import { partitionNodes } from "./sessionPartitionNodes.ts";
import { sessionRow } from "./sessionRow.ts";
import { bufferedText, heldBytesText, othersAwaited, pausedWord } from "./sessionWords.ts";
import { messageNode, nodeId, type TreeContext } from "./treeContext.ts";

/** The roots under DEBUG CONSUMERS: ours, not scripted members, not those of traces; in order of their start. */
export function sessionRoots(context: TreeContext): readonly TreeNode[] {
  return [...context.model.clusters.values()]
    .filter((cluster) => cluster.profile?.kind !== "trace")
    .flatMap((cluster) => [...cluster.sessions.values()].map((session) => ({ cluster, session })))
    .filter(({ session }) => session.started && !session.started.scripted)
    .filter(({ session }) => !(session.ended && context.dismissedSessions?.has(session.sessionId)))
    .sort((a, b) => (a.session.started?.at ?? 0) - (b.session.started?.at ?? 0))
    .map(({ cluster, session }) => sessionRow(context, cluster, session));
}

/** A session's partitions; by topic first when it reads several, so that a topic can be paused as one. */
export function sessionChildren(
  context: TreeContext,
  cluster: ClusterModel,
  session: SessionModel,
): readonly TreeNode[] {
  if (session.ended) return endedRows(session);
  const partitions = sessionPartitions(cluster, session);
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  if (topics.length > 1) return topics.map((topic) => topicNode(cluster, session, { topic, partitions }));
  if (partitions.length > 0)
    return partitionNodes(context, cluster, { session, partitions, below: "session" });
  return [
    messageNode([cluster.clusterId, session.sessionId, "none"], {
      label: session.state?.membership === "stable" ? "No partitions assigned" : "No partitions yet",
      description: isClockPaused(cluster)
        ? clockPausedText
        : (othersAwaited(cluster, session) ?? session.state?.reason),
      severity: "info",
    }),
  ];
}

export function sessionTopicChildren(
  context: TreeContext,
  cluster: ClusterModel,
  { session, topic }: { readonly session: SessionModel; readonly topic: string },
): readonly TreeNode[] {
  const partitions = sessionPartitions(cluster, session).filter((partition) => partition.topic === topic);
  return partitionNodes(context, cluster, { session, partitions, below: "topic" });
}

function endedRows(session: SessionModel): readonly TreeNode[] {
  return (session.ended?.couldNot ?? []).map((text, index) =>
    messageNode([session.sessionId, "couldNot", String(index)], {
      label: "Could not",
      description: text,
      severity: "error",
    }),
  );
}

function topicNode(
  cluster: ClusterModel,
  session: SessionModel,
  of: { readonly topic: string; readonly partitions: readonly SessionPartitionView[] },
): TreeNode {
  const mine = of.partitions.filter((partition) => partition.topic === of.topic);
  const sum = (pick: (partition: SessionPartitionView) => number) =>
    mine.reduce((total, each) => total + pick(each), 0);
  const totals = {
    records: sum((each) => each.bufferedRecords),
    bytes: sum((each) => each.bufferedBytes),
    pausedRecords: sum((each) => each.pausedRecords),
    pausedBytes: sum((each) => each.pausedBytes),
  };
  return {
    id: nodeId("sessionTopic", cluster.clusterId, session.sessionId, of.topic),
    target: {
      kind: "sessionTopic",
      clusterId: cluster.clusterId,
      sessionId: session.sessionId,
      topic: of.topic,
    },
    label: of.topic,
    description: joined(
      `buffered ${bufferedText(totals)}`,
      countedText(mine.length, "partition"),
      heldBytesText(totals),
    ),
    icon: { codicon: "list-unordered" },
    contextValue: contextValue("sessionTopic", pausedWord(mine)),
    collapsible: "expanded",
  };
}
