import type { ClusterModel, SessionModel } from "#model/model.ts";
import { bufferTotals } from "#model/sessions.ts";
import { type SessionPartitionView, sessionName, sessionPartitions } from "#model/sessionView.ts";
import { bytesText, countedText, durationText, partitionsText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { type Field, tooltip } from "./markdown.ts";
import { joined } from "./numbers.ts";
import { partitionNodes } from "./sessionPartitionNodes.ts";
import {
  type BufferTotals,
  bufferedText,
  endedText,
  heldBytesText,
  membershipText,
  oldestCommit,
  partitionTrouble,
  pausedWord,
  pollModeText,
  unusualState,
} from "./sessionWords.ts";
import { iconWith, markOf, messageNode, nodeId, presentIn, type TreeContext, timeIn } from "./treeContext.ts";

/** The roots under DEBUG CONSUMERS: ours, not scripted members, not those of traces; in order of their start. */
export function sessionRoots(context: TreeContext): readonly TreeNode[] {
  return [...context.model.clusters.values()]
    .filter((cluster) => cluster.profile?.kind !== "trace")
    .flatMap((cluster) => [...cluster.sessions.values()].map((session) => ({ cluster, session })))
    .filter(({ session }) => session.started && !session.started.scripted)
    .filter(({ session }) => !(session.ended && context.dismissedSessions?.has(session.sessionId)))
    .sort((a, b) => (a.session.started?.at ?? 0) - (b.session.started?.at ?? 0))
    .map(({ cluster, session }) => sessionNode(context, cluster, session));
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
  if (partitions.length > 0) return partitionNodes(context, cluster, { session, partitions });
  return [
    messageNode([cluster.clusterId, session.sessionId, "none"], {
      label: session.state?.membership === "stable" ? "No partitions assigned" : "No partitions yet",
      description: session.state?.reason,
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
  return partitionNodes(context, cluster, { session, partitions });
}

function generationWords(state: SessionModel["state"]): readonly (string | undefined)[] {
  if (!state) return [];
  const { generationId, memberEpoch, fallbackReason } = state;
  return [
    generationId === undefined ? undefined : `generation ${generationId}`,
    memberEpoch === undefined ? undefined : `epoch ${memberEpoch}`,
    fallbackReason === undefined ? undefined : "classic, not consumer protocol",
  ];
}

function sessionNode(context: TreeContext, cluster: ClusterModel, session: SessionModel): TreeNode {
  const { clusterId } = cluster;
  const { sessionId, started } = session;
  const totals = bufferTotals(session);
  const partitions = sessionPartitions(cluster, session);
  const mark = markOf(
    context,
    clusterId,
    (subject) => subject.kind === "session" && subject.sessionId === sessionId,
  );
  const groupId = started?.groupId;
  const commit = oldestCommit(cluster, session);
  const now = presentIn(context, cluster);
  const description = session.ended
    ? joined(endedText(session), session.ended.message)
    : joined(
        unusualState(session, now),
        partitionTrouble(mark),
        commit !== undefined && `commit waits ${durationText(now - commit)}`,
        `buffered ${bufferedText(totals)}`,
        ...whereabouts(session, partitions),
        pollModeText(session),
        heldBytesText(totals),
        ...generationWords(session.state),
        session.state?.assignor,
      );
  const said = joined(!session.ended && session.state?.membership === "stable" && "stable", description);
  return {
    id: nodeId("session", clusterId, sessionId),
    target: { kind: "session", clusterId, sessionId },
    label: sessionName(session),
    description,
    tooltip: tooltip(
      sessionName(session),
      sessionFields({ context, cluster, session, totals }),
      mark ? [mark.title, mark.cause] : [],
    ),
    icon: iconWith(
      mark,
      session.ended
        ? { codicon: "debug-stop" }
        : { codicon: "debug-alt", color: "debugIcon.startForeground" },
    ),
    contextValue: contextValue(
      "session",
      groupId === undefined ? "direct" : "group",
      groupId !== undefined && started?.directPartitions === undefined && "member",
      session.pollMode?.pollMode.mode ?? "hold",
      pausedWord(partitions),
      session.corrupt.size > 0 && "corrupt",
      commit !== undefined && "committing",
      session.gate?.held && "gateHeld",
      isWaiting(session) && "waiting",
      session.ended !== undefined && "ended",
    ),
    collapsible: session.ended && session.ended.couldNot.length === 0 ? "none" : "expanded",
    accessibilityLabel: `Debug consumer ${sessionName(session)}, ${said}${mark ? `, ${mark.title}` : ""}`,
  };
}

/** Whether there is something to explain: its group rebalances, or it holds a rebalance up itself. */
function isWaiting({ ended, state, gate, callback }: SessionModel): boolean {
  const membership = state?.membership;
  const isBetween = membership === "joining" || membership === "syncing" || membership === "revoking";
  const runs = callback !== undefined && callback.endedAt === undefined;
  return ended === undefined && (isBetween || runs || gate?.waitingSince !== undefined);
}

/** Its group, or what it reads without one. */
function whereabouts(
  session: SessionModel,
  partitions: readonly SessionPartitionView[],
): readonly (string | undefined)[] {
  const { started } = session;
  if (started?.groupId !== undefined) return [started.groupId];
  return ["no group", partitions.length > 0 ? partitionsText(partitions, 2) : started?.topics.join(", ")];
}

function sessionFields(of: {
  readonly context: TreeContext;
  readonly cluster: ClusterModel;
  readonly session: SessionModel;
  readonly totals: BufferTotals;
}): readonly Field[] {
  const { context, cluster, session, totals } = of;
  const { started, state, delivered } = session;
  return [
    ["cluster", cluster.profile?.name ?? cluster.clusterId],
    ["group", started?.groupId ?? "none"],
    ["membership", membershipText(session)],
    ["since", timeIn(context, state?.since)],
    ["reason", state?.reason],
    ["member id", state?.memberId],
    ["generation", state?.generationId],
    ["epoch", state?.memberEpoch],
    ["protocol", state?.groupProtocol],
    ["why classic", state?.fallbackReason],
    ["assignor", state?.assignor],
    ["offers", started?.assignors.join(", ")],
    ["coordinator", state?.coordinator],
    ["client id", started?.clientId],
    ["static id", started?.groupInstanceId],
    ["topics", started?.topics.join(", ") || undefined],
    ["topics that match", started?.topicPattern],
    ["started at", started?.startPosition],
    ["isolation", started?.isolation],
    ["corrupt batches", started?.corruptBatchPolicy],
    ["poll mode", pollModeText(session)],
    ["buffered", `${countedText(totals.records, "record")}, ${bytesText(totals.bytes)}`],
    ["of which paused", `${countedText(totals.pausedRecords, "record")}, ${bytesText(totals.pausedBytes)}`],
    [
      "buffer's cap",
      started &&
        `${countedText(started.maxBufferedRecords, "record")}, ${bytesText(started.maxBufferedBytes)}`,
    ],
    ["delivered", delivered && `${countedText(delivered.records, "record")}, ${bytesText(delivered.bytes)}`],
    ["gaps and resets", session.gaps.length + session.droppedGaps],
    ["ended", timeIn(context, session.ended?.at)],
  ];
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
