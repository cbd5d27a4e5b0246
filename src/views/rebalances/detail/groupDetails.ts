import { topicPartitionText } from "#base/topicPartition.ts";
import { sessionName } from "#model/sessionView.ts";
import { bytesText, countedText, countText, durationText } from "#model/words.ts";
import type { Detail, MarkRef } from "#webview/rebalances/contract.ts";
import { bufferPoints } from "../bufferLanes.ts";
import { bufferNotes } from "../bufferNotes.ts";
import { faultsOf } from "../faultLanes.ts";
import {
  assignmentOf,
  assignmentText,
  assignorBefore,
  type Generation,
  generationLabel,
  partitionChangeText,
} from "../generationBands.ts";
import type { Scene } from "../input.ts";
import type { LaneIndex } from "../laneKeys.ts";
import { codeRow, plain, row, rows } from "./row.ts";

const maxPartitionRows = 50;

/** A generation: how it came about, who has what. */
export function generationDetail(
  scene: Scene,
  index: LaneIndex,
  ref: MarkRef & { readonly kind: "generation" },
): Detail | undefined {
  const found = findGeneration(scene, ref.fromMs);
  if (!found) return undefined;
  const { generation } = found;
  const changes = assignmentOf(scene, index, found);
  const shown = changes?.slice(0, maxPartitionRows) ?? [];
  const more = (changes?.length ?? 0) - shown.length;
  const { rebalance } = generation;
  const before = assignorBefore(generation, found.before);
  const isEpoch = scene.generationWord === "epoch";
  return {
    ...plain,
    ref,
    title: `${isEpoch ? "Epoch" : "Generation"} ${generationLabel(generation, found.before)}`,
    status:
      generation.toAt === undefined
        ? `for ${durationText(scene.now - generation.fromAt)}`
        : `lasted ${durationText(generation.toAt - generation.fromAt)}`,
    rows: [
      ...rows(
        row("began", "", generation.fromAt),
        generation.toAt !== undefined && row("ended", "", generation.toAt),
        rebalance &&
          row(
            "rebalance",
            `took ${durationText((rebalance.toAt ?? scene.now) - rebalance.fromAt)}`,
            rebalance.fromAt,
          ),
        rebalance?.reason !== undefined && row("because", rebalance.reason),
        row("members", countText(generation.shares.length)),
        row("assignment", assignmentText(generation, changes, found.before)),
      ),
      ...shown.map((partition) => row(topicPartitionText(partition), partitionChangeText(partition))),
      ...(more > 0 ? [row("", `and ${countText(more)} more partitions`)] : []),
    ],
    explanation: [
      ...(generation.generationId === undefined
        ? [
            "A coordinator tells the number of a generation to members only; that it is a new one shows in its different assignment.",
          ]
        : []),
      ...(before === undefined ? [] : [switchText(isEpoch, before, generation.assignor)]),
    ],
  };
}

/** Why a group has another assignor than before: nobody switches it, it is the outcome of what members say. */
function switchText(isEpoch: boolean, before: string, now: string | undefined): string {
  return isEpoch
    ? `The coordinator divides by ${now} instead of ${before}: most members wish so, or those that wished otherwise left.`
    : `The group divides by ${now} instead of ${before}: of the assignors that all members support, the coordinator takes the one most of them list first, and who came or left changed that.`;
}

/** One partition in one generation. */
export function partitionDetail(
  scene: Scene,
  index: LaneIndex,
  ref: MarkRef & { readonly kind: "assignedPartition" },
): Detail | undefined {
  const found = findGeneration(scene, ref.fromMs);
  const partition =
    found &&
    assignmentOf(scene, index, found)?.find(
      (each) => each.topic === ref.topic && each.partition === ref.partition,
    );
  if (!found || !partition) return undefined;
  return {
    ...plain,
    ref,
    title: partitionChangeText(partition),
    status: `${scene.generationWord} ${generationLabel(found.generation, found.before)}`,
    severity: partition.change === "nobody" ? "warning" : "none",
    rows: rows(
      row("owner", partition.owner?.name ?? "nobody"),
      partition.previousOwner !== null && row("before", partition.previousOwner.name),
      row("since", "", found.generation.fromAt),
    ),
    explanation:
      partition.change === "nobody"
        ? ["Nobody reads it in this generation: what is written to it waits."]
        : [],
  };
}

/** What a session had buffered at a time. */
export function bufferDetail(scene: Scene, ref: MarkRef & { readonly kind: "buffer" }): Detail | undefined {
  const session = scene.cluster.sessions.get(ref.sessionId);
  const point =
    session && bufferPoints(session, session.ended?.at ?? scene.now).findLast(({ at }) => at <= ref.atMs);
  if (!session || !point) return undefined;
  const note = bufferNotes(session).findLast(({ at }) => at <= ref.atMs);
  return {
    ...plain,
    ref,
    title: `${sessionName(session)}: ${countedText(point.records, "record")} buffered`,
    status: point.pausedRecords > 0 ? `${countText(point.pausedRecords)} paused` : null,
    rows: rows(
      row("when", "", ref.atMs),
      row("records", countText(point.records)),
      row("of which paused", countText(point.pausedRecords)),
      row("bytes", bytesText(point.bytes)),
      session.started &&
        row(
          "cap",
          `${countedText(session.started.maxBufferedRecords, "record")}, ${bytesText(session.started.maxBufferedBytes)}`,
        ),
      note && row("before that", note.text, note.at),
    ),
    explanation: [
      "Fetched and not yet delivered. Records of a paused partition stay buffered and are not delivered until it is resumed.",
    ],
  };
}

/** A fault of the playground. */
export function faultDetail(scene: Scene, ref: MarkRef & { readonly kind: "fault" }): Detail | undefined {
  const fault = faultsOf(scene).find(({ latest }) => latest.faultId === ref.faultId);
  if (!fault) return undefined;
  const { latest } = fault;
  const { clusterId } = scene.cluster;
  const on = latest.enabled && !latest.removed;
  return {
    ...plain,
    ref,
    title: latest.title === "" ? latest.kind : latest.title,
    status: latest.removed ? "removed" : on ? "on" : "off",
    rows: rows(
      row("since", "", latest.since),
      row("hit", `${countText(latest.hits)}×`),
      row("holds now", countedText(latest.holding, "request")),
      latest.heldSince !== undefined && row("oldest of these", "", latest.heldSince),
      latest.groupId !== undefined && codeRow("group", latest.groupId),
      latest.topic !== undefined && codeRow("topic", latest.topic),
    ),
    explanation: [
      "A fault of the playground: it was turned on to see what happens, and no real broker is involved.",
    ],
    remedies:
      on && scene.input.bound.kind === "live"
        ? [
            {
              title: "Turn it off",
              hint: "The playground answers what it held back.",
              changes: true,
              action: { kind: "disableFault", clusterId, faultId: latest.faultId },
            },
          ]
        : [],
  };
}

function findGeneration(
  scene: Scene,
  fromMs: number,
): { readonly generation: Generation; readonly before: Generation | undefined } | undefined {
  const list = scene.group.rebalances?.generations.list ?? [];
  const position = list.findIndex(({ fromAt }) => fromAt === fromMs);
  const generation = list[position];
  return generation && { generation, before: list[position - 1] };
}
