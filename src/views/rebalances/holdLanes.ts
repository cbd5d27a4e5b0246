import type { SessionModel } from "#model/model.ts";
import { sessionName } from "#model/sessionView.ts";
import { countedText, durationText, partitionsText } from "#model/words.ts";
import type { HoldLane, HoldMark, LaneRef } from "#webview/rebalances/contract.ts";
import type { Scene } from "./input.ts";
import { type LaneIndex, sameLane } from "./laneKeys.ts";
import { overlaps } from "./timeWindow.ts";

/** When the records of polls kept rebalances away from a member. */
export type GateSpan = SessionModel["holdUps"]["gates"][number];
/** When a rebalance callback of a member's application ran. */
export type CallbackSpan = SessionModel["holdUps"]["callbacks"][number];

const maxMarksOfAll = 1_000;

/** The sessions of the group, debug consumers and scripted members. */
export function sessionsOf({ cluster, group }: Pick<Scene, "cluster" | "group">): readonly SessionModel[] {
  return [...cluster.sessions.values()].filter(({ started }) => started?.groupId === group.groupId);
}

/** Members of ours that held rebalances off, or ran callbacks, in the window. */
export function holdLanes(scene: Scene, index: LaneIndex): readonly HoldLane[] {
  const sessions = sessionsOf(scene);
  const budget = Math.max(20, Math.floor(maxMarksOfAll / Math.max(1, sessions.length)));
  const lanes: { readonly ref: LaneRef; readonly name: string; readonly marks: HoldMark[] }[] = [];
  for (const session of sessions) {
    const marks = marksOf(scene, session).slice(-budget);
    if (marks.length === 0) continue;
    const own: LaneRef = { by: "session", sessionId: session.sessionId };
    const { ref, name } = index.rowOf(own) ?? { ref: own, name: sessionName(session) };
    const lane = lanes.find((each) => sameLane(each.ref, ref));
    if (lane) lane.marks.push(...marks);
    else lanes.push({ ref, name, marks });
  }
  return lanes.map(({ ref, name, marks }) => ({
    ref: { kind: "member", lane: ref },
    name,
    marks: marks.sort((a, b) => a.fromMs - b.fromMs),
  }));
}

/** What stands in a span of the gate. */
export function gateText({ waitedSince, callbackWaited, toAt }: GateSpan): string {
  const wait = toAt === undefined ? "waits" : "waited";
  if (waitedSince !== undefined) return `a rebalance ${wait}`;
  return callbackWaited ? `on-${callbackWaited.callback} ${wait}` : "rebalances held off";
}

/** Since when anything waited for the release. */
export function waitedFrom({ waitedSince, callbackWaited }: GateSpan): number | undefined {
  if (waitedSince === undefined || !callbackWaited) return waitedSince ?? callbackWaited?.since;
  return Math.min(waitedSince, callbackWaited.since);
}

/** What stands in a span of a callback. */
export function callbackText({ callback, error }: CallbackSpan): string {
  return error === undefined ? `on-${callback}` : `on-${callback} failed`;
}

/** One line for a tooltip or the table. */
export function gateLine(scene: Scene, span: GateSpan): string {
  const { fromAt, toAt, waitedSince, callbackWaited, records, reason } = span;
  const end = toAt ?? scene.now;
  const parts = [
    durationText(end - fromAt),
    records === undefined ? undefined : `${countedText(records, "record")} in hand`,
    waitedSince === undefined ? undefined : `a rebalance waited ${durationText(end - waitedSince)}`,
    reason,
    callbackWaited && `on-${callbackWaited.callback} waited ${durationText(end - callbackWaited.since)}`,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
}

export function callbackLine(scene: Scene, { fromAt, toAt, partitions, error }: CallbackSpan): string {
  const parts = [
    durationText((toAt ?? scene.now) - fromAt),
    partitionsText(partitions),
    error === undefined ? undefined : `it threw: ${error}`,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
}

function marksOf(scene: Scene, { sessionId, holdUps }: SessionModel): readonly HoldMark[] {
  const gates = holdUps.gates
    .filter((span) => overlaps(scene.range, span))
    .map(
      (span): HoldMark => ({
        ref: { kind: "hold", sessionId, what: "gate", fromMs: span.fromAt },
        fromMs: span.fromAt,
        toMs: span.toAt,
        waitsFromMs: waitedFrom(span),
        text: gateText(span),
        detail: gateLine(scene, span),
      }),
    );
  const callbacks = holdUps.callbacks
    .filter((span) => overlaps(scene.range, span))
    .map(
      (span): HoldMark => ({
        ref: { kind: "hold", sessionId, what: span.callback, fromMs: span.fromAt },
        fromMs: span.fromAt,
        toMs: span.toAt,
        text: callbackText(span),
        detail: callbackLine(scene, span),
      }),
    );
  return [...gates, ...callbacks].sort((a, b) => a.fromMs - b.fromMs);
}
