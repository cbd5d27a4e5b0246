import { topicPartitionText } from "#base/topicPartition.ts";
import type { CommitView } from "#model/commits.ts";
import { commitOffsetsText } from "#model/commitWords.ts";
import { sessionName } from "#model/sessionView.ts";
import { bytesText, countedText, countText } from "#model/words.ts";
import type { TableRow, TableTwin } from "#webview/rebalances/contract.ts";
import { bufferPoints } from "./bufferLanes.ts";
import { bufferNotes } from "./bufferNotes.ts";
import { allCommits, commitEnd, committerOf, isHanging } from "./commitLanes.ts";
import { outcomeText } from "./commitOutcome.ts";
import { faultsOf } from "./faultLanes.ts";
import { findingsOf } from "./findingMarks.ts";
import { assignmentOf, assignmentText, generationLabel, partitionChangeText } from "./generationBands.ts";
import { callbackLine, callbackText, gateLine, gateText, sessionsOf } from "./holdLanes.ts";
import type { Scene } from "./input.ts";
import type { LaneIndex } from "./laneKeys.ts";
import { goneText } from "./memberLanes.ts";
import { drawnPhase, phaseText } from "./phaseWords.ts";

const maxWindow = 500;
/** Nobody sees anything happen in less. */
const passingMs = 100;

/** The facts of the chart, newest first; only the visible rows are sent. */
export function tableTwin(scene: Scene, index: LaneIndex): TableTwin {
  const rows = tableRows(scene, index);
  const { fromIndex = 0, count = 100 } = scene.input.tableWindow ?? {};
  const from = Math.min(Math.max(0, Math.floor(fromIndex)), Math.max(0, rows.length - 1));
  const shown = Math.min(maxWindow, Math.max(0, Math.floor(count)));
  return { total: rows.length, fromIndex: from, rows: rows.slice(from, from + shown) };
}

/** All rows: for the clipboard too. */
export function tableRows(scene: Scene, index: LaneIndex): readonly TableRow[] {
  return [
    ...phaseRows(scene, index),
    ...generationRows(scene, index),
    ...holdRows(scene),
    ...commitRows(scene, index),
    ...bufferRows(scene),
    ...faultRows(scene),
    ...findingsOf(scene).map(
      (finding): TableRow => ({
        ref: { kind: "finding", findingId: finding.id },
        fromMs: finding.since,
        who: "group",
        kind: "finding",
        what: finding.title,
        detail: finding.detail,
      }),
    ),
  ].sort((a, b) => b.fromMs - a.fromMs);
}

function phaseRows(scene: Scene, index: LaneIndex): readonly TableRow[] {
  return index.lanes.flatMap(({ ref, name, lane }) => [
    ...lane.segments
      .filter((segment, index) => drawnPhase(segment.phase) && !isPassing(lane, index))
      .map((segment): TableRow => {
        const { generationId, reason, fromAt, toAt } = segment;
        const text = phaseText(segment.phase, toAt !== undefined);
        return {
          ref: { kind: "phase", lane: ref, fromMs: fromAt },
          fromMs: fromAt,
          toMs: toAt,
          who: name,
          kind: "phase",
          what: text,
          // What it is and how long it took stand beside it.
          detail: [generationId === undefined ? undefined : `${scene.generationWord} ${generationId}`, reason]
            .filter((part) => part !== undefined)
            .join(" · "),
        };
      }),
    ...(lane.gone
      ? [
          {
            ref: { kind: "gone", lane: ref, atMs: lane.gone.at },
            fromMs: lane.gone.at,
            toMs: lane.gone.at,
            who: name,
            kind: "phase",
            what: goneText({ how: lane.gone.how, reason: undefined }),
            detail: lane.gone.reason ?? "",
          } satisfies TableRow,
        ]
      : []),
  ]);
}

/** A step on the way to the next row, which says the same and more: each attempt to join would be four of them. */
function isPassing({ segments, gone }: LaneIndex["lanes"][number]["lane"], index: number): boolean {
  const { phase, fromAt, toAt } = segments[index] ?? {};
  if (fromAt === undefined || toAt === undefined || toAt - fromAt > passingMs) return false;
  if (phase === "unjoined") return segments[index + 1] !== undefined;
  return phase === "fatal" && gone !== undefined && gone.at - toAt <= passingMs;
}

function generationRows(scene: Scene, index: LaneIndex): readonly TableRow[] {
  const list = scene.group.rebalances?.generations.list ?? [];
  return list.flatMap((generation, position) => {
    const changes = assignmentOf(scene, index, { generation, before: list[position - 1] });
    const changed = (changes ?? []).filter(({ change }) => change === "moved" || change === "nobody");
    const { fromAt: fromMs, toAt: toMs } = generation;
    return [
      {
        ref: { kind: "generation", fromMs },
        fromMs,
        toMs,
        who: "group",
        kind: "generation",
        what: `${scene.generationWord} ${generationLabel(generation, list[position - 1])}`,
        detail: assignmentText(generation, changes, list[position - 1]),
      } satisfies TableRow,
      ...changed.map(
        (partition): TableRow => ({
          ref: partition.ref,
          fromMs,
          toMs,
          who: partition.owner?.name ?? "nobody",
          kind: "partition",
          what: topicPartitionText(partition),
          detail: partitionChangeText(partition),
        }),
      ),
    ];
  });
}

/** What members of ours held the group up with. */
function holdRows(scene: Scene): readonly TableRow[] {
  return sessionsOf(scene).flatMap((session): TableRow[] => {
    const { sessionId, holdUps } = session;
    const who = sessionName(session);
    return [
      ...holdUps.gates.map(
        (span): TableRow => ({
          ref: { kind: "hold", sessionId, what: "gate", fromMs: span.fromAt },
          fromMs: span.fromAt,
          toMs: span.toAt,
          who,
          kind: "gate",
          what: gateText(span),
          detail: gateLine(scene, span),
        }),
      ),
      ...holdUps.callbacks.map(
        (span): TableRow => ({
          ref: { kind: "hold", sessionId, what: span.callback, fromMs: span.fromAt },
          fromMs: span.fromAt,
          toMs: span.toAt,
          who,
          kind: "callback",
          what: callbackText(span),
          detail: callbackLine(scene, span),
        }),
      ),
    ];
  });
}

function commitRows(scene: Scene, index: LaneIndex): readonly TableRow[] {
  return allCommits(scene).flatMap((commit): TableRow[] => {
    const committer = committerOf(index, commit);
    if (!committer) return [];
    const { latest } = commit;
    return [
      {
        ref: { kind: "commit", sourceId: latest.sourceId, commitId: latest.commitId },
        fromMs: latest.queuedAt,
        toMs: commitEnd(commit),
        who: committer.name,
        kind: "commit",
        what: `commit #${commit.number}${hangWord(scene, commit)}`,
        detail: `${commitOffsetsText(latest)} · ${outcomeText(commit)}`,
      },
    ];
  });
}

/** What is over does not hang; that it did is still worth knowing. */
function hangWord(scene: Scene, commit: CommitView): string {
  if (!isHanging(scene, commit)) return "";
  return commitEnd(commit) === undefined ? " (hangs)" : " (hung)";
}

/** Where the buffer was paused or resumed, and what it holds now: a row per point would bury everything else. */
function bufferRows(scene: Scene): readonly TableRow[] {
  return [...scene.cluster.sessions.values()]
    .filter(({ started }) => started?.groupId === scene.group.groupId && !started.scripted)
    .flatMap((session): TableRow[] => {
      const { sessionId } = session;
      const who = sessionName(session);
      const last = bufferPoints(session, session.ended?.at ?? scene.now).at(-1);
      return [
        ...bufferNotes(session).map(
          ({ at, text }): TableRow => ({
            ref: { kind: "buffer", sessionId, atMs: at },
            fromMs: at,
            toMs: at,
            who,
            kind: "buffer",
            what: text,
            detail: "",
          }),
        ),
        ...(last
          ? [
              {
                ref: { kind: "buffer", sessionId, atMs: last.at },
                fromMs: last.at,
                toMs: last.at,
                who,
                kind: "buffer",
                what: `${countedText(last.records, "record")} buffered`,
                detail: `${countText(last.pausedRecords)} paused · ${bytesText(last.bytes)}`,
              } satisfies TableRow,
            ]
          : []),
      ];
    });
}

function faultRows(scene: Scene): readonly TableRow[] {
  return faultsOf(scene).flatMap(({ latest, segments }) =>
    segments.map(
      ({ fromAt, toAt }): TableRow => ({
        ref: { kind: "fault", faultId: latest.faultId },
        fromMs: fromAt,
        toMs: toAt,
        who: "fault",
        kind: "fault",
        what: latest.title,
        detail: `hit ${countText(latest.hits)}×`,
      }),
    ),
  );
}
