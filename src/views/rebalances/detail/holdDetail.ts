import { callbackMeaning } from "#model/detectors/slowCallback.ts";
import { allowRebalance } from "#model/holdRemedies.ts";
import type { SessionModel } from "#model/model.ts";
import { sessionName } from "#model/sessionView.ts";
import { countText, durationText, partitionsText } from "#model/words.ts";
import type { Detail, MarkRef } from "#webview/rebalances/contract.ts";
import { type CallbackSpan, type GateSpan, gateText, waitedFrom } from "../holdLanes.ts";
import type { Scene } from "../input.ts";
import { plain, row, rows } from "./row.ts";

type HoldRef = MarkRef & { readonly kind: "hold" };

/** What a member of ours held its group up with: the records of its polls, or a callback. */
export function holdDetail(scene: Scene, ref: HoldRef): Detail | undefined {
  const session = scene.cluster.sessions.get(ref.sessionId);
  if (!session) return undefined;
  const { gates, callbacks } = session.holdUps;
  if (ref.what === "gate") {
    const gate = gates.find(({ fromAt }) => fromAt === ref.fromMs);
    return gate && gateDetail(scene, { session, ref, gate });
  }
  const callback = callbacks.find((each) => each.fromAt === ref.fromMs && each.callback === ref.what);
  return callback && callbackDetail(scene, { session, ref, callback });
}

function gateDetail(
  scene: Scene,
  of: { readonly session: SessionModel; readonly ref: HoldRef; readonly gate: GateSpan },
): Detail {
  const { session, ref, gate } = of;
  const { fromAt, toAt, waitedSince, callbackWaited, records, reason } = gate;
  const end = toAt ?? scene.now;
  const isOpen = toAt === undefined;
  const evictedAt = isOpen ? session.gate?.evictedAt : undefined;
  const isLive = scene.input.bound.kind === "live";
  return {
    ...plain,
    ref,
    title: `${sessionName(session)}: ${gateText(gate)}`,
    status: statusText(end - fromAt, isOpen),
    severity: isOpen && waitedFrom(gate) !== undefined ? "warning" : "none",
    rows: rows(
      row("polled", "the first records that it has in hand", fromAt),
      toAt !== undefined && row("released", "the rebalance was allowed", toAt),
      records !== undefined && row("records in hand", countText(records)),
      waitedSince !== undefined &&
        row("rebalance", `${isOpen ? "waits" : "waited"} ${durationText(end - waitedSince)}`, waitedSince),
      reason !== undefined && row("because", reason),
      callbackWaited !== undefined &&
        row(
          `on-${callbackWaited.callback} callback`,
          `${isOpen ? "waits" : "waited"} ${durationText(end - callbackWaited.since)}`,
          callbackWaited.since,
        ),
      evictedAt !== undefined && row("evicted", "unless it has joined again", evictedAt),
    ),
    explanation: [
      "This consumer blocks rebalances while it works on what poll returned (blockRebalanceOnPoll): no partition can be taken from it, and no callback of it runs, before it says that it is done. Who waits too long with that is put out of the group.",
    ],
    remedies: isOpen && isLive ? [allowRebalance(scene.cluster.clusterId, session.sessionId)] : [],
  };
}

function callbackDetail(
  scene: Scene,
  of: { readonly session: SessionModel; readonly ref: HoldRef; readonly callback: CallbackSpan },
): Detail {
  const { session, ref, callback } = of;
  const { fromAt, toAt, partitions, error } = callback;
  return {
    ...plain,
    ref,
    title: `${sessionName(session)}: on-${callback.callback} callback${error === undefined ? "" : " failed"}`,
    status: statusText((toAt ?? scene.now) - fromAt, toAt === undefined),
    severity: error === undefined ? "none" : "error",
    rows: rows(
      row("began", "", fromAt),
      toAt !== undefined && row("returned", "", toAt),
      row("partitions", partitionsText(partitions, 20)),
      error !== undefined && row("it threw", error),
    ),
    explanation: [callbackMeaning(callback.callback)],
  };
}

function statusText(ms: number, isOpen: boolean): string {
  return isOpen ? `for ${durationText(ms)}` : `lasted ${durationText(ms)}`;
}
