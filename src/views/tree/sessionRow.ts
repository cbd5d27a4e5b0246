import { pausedShareText } from "#model/detectors/pausedPartitions.ts";
import { type Finding, findingText } from "#model/finding.ts";
import type { ClusterModel, SessionModel } from "#model/model.ts";
import { bufferTotals } from "#model/sessions.ts";
import { type SessionPartitionView, sessionName, sessionPartitions } from "#model/sessionView.ts";
import { bytesText, countedText, countText, durationText, partitionsText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { clockPausedRemark, clockPausedText, isClockPaused } from "./clockWords.ts";
import { contextValue } from "./contextValues.ts";
import { type Field, tooltip } from "./markdown.ts";
import { joined } from "./numbers.ts";
import { gateText, holdFields, holdText } from "./sessionHoldWords.ts";
import {
  type BufferTotals,
  bufferedText,
  endedText,
  heldBytesText,
  membershipText,
  oldestCommit,
  othersAwaited,
  partitionTrouble,
  pausedWord,
  pollModeText,
  unusualState,
} from "./sessionWords.ts";
import { iconWith, markOf, nodeId, presentIn, type TreeContext, timeIn } from "./treeContext.ts";

/** What a session's row is made from. */
interface Place {
  readonly context: TreeContext;
  readonly cluster: ClusterModel;
  readonly session: SessionModel;
  readonly now: number;
  readonly totals: BufferTotals;
  readonly partitions: readonly SessionPartitionView[];
  readonly mark: Finding | undefined;
  /** Since when its oldest commit waits. */
  readonly commit: number | undefined;
}

/** The row of a debug consumer. */
export function sessionRow(context: TreeContext, cluster: ClusterModel, session: SessionModel): TreeNode {
  const { clusterId } = cluster;
  const { sessionId, ended } = session;
  const mark = markOf(
    context,
    clusterId,
    (subject) => subject.kind === "session" && subject.sessionId === sessionId,
  );
  const place: Place = {
    context,
    cluster,
    session,
    mark,
    now: presentIn(context, cluster),
    totals: bufferTotals(session),
    partitions: sessionPartitions(cluster, session),
    commit: oldestCommit(cluster, session),
  };
  const description = ended ? endedText(session) : runningText(place);
  const said = joined(!ended && session.state?.membership === "stable" && "stable", description);
  return {
    id: nodeId("session", clusterId, sessionId),
    target: { kind: "session", clusterId, sessionId },
    label: sessionName(session),
    description,
    tooltip: tooltip(sessionName(session), sessionFields(place), [
      ...explanations(place),
      ...(!ended && isClockPaused(cluster) ? [clockPausedRemark] : []),
    ]),
    icon: iconWith(
      mark,
      ended ? { codicon: "debug-stop" } : { codicon: "debug-alt", color: "debugIcon.startForeground" },
    ),
    contextValue: sessionContext(place),
    collapsible: ended && ended.couldNot.length === 0 ? "none" : "expanded",
    accessibilityLabel: `Debug consumer ${sessionName(session)}, ${said}${mark ? `, ${findingText(mark)}` : ""}`,
  };
}

/** What is wrong with it, or else what the paused share of its buffer means. */
function explanations({ session, mark, totals }: Place): readonly string[] {
  if (mark) return [findingText(mark), mark.cause];
  return totals.pausedRecords > 0 ? [pausedShareText(session)] : [];
}

/** State first, then the reason, then the numbers. */
function runningText({ cluster, session, now, mark, commit, totals, partitions }: Place): string {
  const unusual = unusualState(cluster, session, now);
  return joined(
    unusual,
    othersAwaited(cluster, session),
    holdText(session, now),
    partitionTrouble(mark),
    commit !== undefined && `commit waits ${durationText(now - commit)}`,
    commit !== undefined && unusual === undefined && isClockPaused(cluster) && clockPausedText,
    `buffered ${bufferedText(totals)}`,
    ...whereabouts(session, partitions),
    pollModeText(session),
    gateText(session),
    heldBytesText(totals),
    ...generationWords(session.state),
    session.state?.assignor,
  );
}

function sessionContext({ cluster, session, partitions, commit }: Place): string {
  const { started, gate, ended } = session;
  const isMember = started?.groupId !== undefined && started.directPartitions === undefined;
  return contextValue(
    "session",
    started?.groupId === undefined ? "direct" : "group",
    isMember && "member",
    session.pollMode?.pollMode.mode ?? "hold",
    pausedWord(partitions),
    partitions.some(({ state }) => state === "corrupt") && "corrupt",
    commit !== undefined && "committing",
    gate?.held && "gateHeld",
    isWaiting(session) && "waiting",
    ended === undefined && isClockPaused(cluster) && "clockPaused",
    ended !== undefined && "ended",
  );
}

/** Whether there is something to explain: its group rebalances, or it holds a rebalance up itself. */
function isWaiting({ ended, state, gate, callback }: SessionModel): boolean {
  const membership = state?.membership;
  const isBetween = membership === "joining" || membership === "syncing" || membership === "revoking";
  const runs = callback !== undefined && callback.endedAt === undefined;
  const holds = gate?.waitingSince !== undefined || gate?.callbackWaits !== undefined;
  return ended === undefined && (isBetween || runs || holds);
}

/** Its group, or what it reads without one. */
function whereabouts(
  { started }: SessionModel,
  partitions: readonly SessionPartitionView[],
): readonly (string | undefined)[] {
  if (started?.groupId !== undefined) return [started.groupId];
  return ["no group", partitions.length > 0 ? partitionsText(partitions, 2) : started?.topics.join(", ")];
}

function generationWords(state: SessionModel["state"]): readonly (string | undefined)[] {
  if (!state) return [];
  const { generationId, memberEpoch, fallbackReason } = state;
  return [
    generationId === undefined ? undefined : `generation ${generationId}`,
    memberEpoch === undefined ? undefined : `consumer (KIP-848) epoch ${memberEpoch}`,
    fallbackReason === undefined ? undefined : "fell back to classic",
  ];
}

function sessionFields({ context, cluster, session, totals, partitions, now }: Place): readonly Field[] {
  const { started, state, delivered } = session;
  return [
    ["cluster", cluster.profile?.name ?? cluster.clusterId],
    ["group", started?.groupId ?? "none"],
    ["membership", membershipText(session)],
    ["since", timeIn(context, state?.since)],
    ...known("reason", state?.reason),
    ...holdFields(context, session, now),
    ["member id", state?.memberId],
    ...known("generation", state?.generationId),
    ...known("epoch", state?.memberEpoch),
    ["protocol", state?.groupProtocol],
    ...known("why classic", state?.fallbackReason),
    ["assignor", state?.assignor],
    ["coordinator", state?.coordinator],
    ["poll mode", pollModeText(session)],
    ["reads", partitions.length > 0 ? partitionsText(partitions) : "no partitions"],
    ["buffered", `${countedText(totals.records, "record")}, ${bytesText(totals.bytes)}`],
    ["of which paused", `${countedText(totals.pausedRecords, "record")}, ${bytesText(totals.pausedBytes)}`],
    // It says so when it delivers: one that has said nothing has delivered nothing.
    ["delivered", `${countedText(delivered?.records ?? 0, "record")}, ${bytesText(delivered?.bytes ?? 0)}`],
    ["gaps and resets", session.gaps.length + session.droppedGaps],
    ...startFields(started),
    ...known("ended", timeIn(context, session.ended?.at)),
  ];
}

/** A line that most consumers have no use for. */
function known(label: string, value: Field[1]): readonly Field[] {
  return value === undefined ? [] : [[label, value]];
}

/** Everything it was started with. */
function startFields(started: SessionModel["started"]): readonly Field[] {
  if (!started) return [];
  const { maxBufferedRecords, maxBufferedBytes, options } = started;
  return [
    ["client id", started.clientId],
    ["static id", started.groupInstanceId],
    ["topics", started.topics.join(", ")],
    ...known("started on", started.directPartitions && partitionsText(started.directPartitions)),
    ["offers", started.assignors.join(", ")],
    ["started at", started.startPosition],
    ["isolation", started.isolation],
    ["buffer's cap", `${countedText(maxBufferedRecords, "record")}, ${bytesText(maxBufferedBytes)}`],
    ...(options?.map(
      ({ name, text }): Field => [
        name,
        text.replace(/^\d{4,}$|(?<= to )\d{4,}$/, (digits) => countText(BigInt(digits))),
      ],
    ) ?? [["corrupt batches", started.corruptBatchPolicy]]),
  ];
}
