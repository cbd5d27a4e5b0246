import type { Finding } from "#model/finding.ts";
import { groupView } from "#model/groupView.ts";
import { memberName } from "#model/memberName.ts";
import type { ClusterModel, SessionModel } from "#model/model.ts";
import { heldRebalance } from "#model/sessionHolds.ts";
import type { SessionPartitionView } from "#model/sessionView.ts";
import { bytesText, countText, listText } from "#model/words.ts";
import { clockPausedText, isClockPaused } from "./clockWords.ts";
import { joined, lasting, numberText } from "./numbers.ts";

/** What a session has buffered. */
export interface BufferTotals {
  readonly records: number;
  readonly bytes: number;
  readonly pausedRecords: number;
  readonly pausedBytes: number;
}

/** Where it stands in its group, in words. */
export function membershipText(session: SessionModel): string {
  const state = session.state;
  switch (state?.membership) {
    case undefined:
      return "starting";
    case "direct":
      return "reads without a group";
    case "unjoined":
      return joined("not in the group", state.reason);
    case "joining":
    case "syncing":
    case "revoking":
      return "rebalancing";
    case "stable":
      return "stable";
    case "leaving":
      return "leaving";
    case "fatal":
      return joined("cannot go on", state.reason);
    case "ended":
      return "ended";
  }
}

/** `hold`, `flow 100/s`. */
export function pollModeText(session: SessionModel): string {
  const mode = session.pollMode?.pollMode;
  if (mode?.mode !== "flow") return mode?.mode ?? "hold";
  return mode.recordsPerSecond === undefined ? "flow" : `flow ${numberText(mode.recordsPerSecond)}/s`;
}

/**
 * Where it stands when that is not as it should be, and for how long: `waits for SyncGroup 4.2 s`. Where time stands
 * still it says so: nothing else has to be looked for.
 */
export function unusualState(cluster: ClusterModel, session: SessionModel, now: number): string | undefined {
  const state = stateText(session, now);
  if (state === undefined || !isClockPaused(cluster) || session.ended) return state;
  const membership = session.state?.membership;
  const isOutside = membership === undefined || membership === "unjoined";
  return joined(isOutside ? joined("waits to join", session.state?.reason) : state, clockPausedText);
}

function stateText(session: SessionModel, now: number): string | undefined {
  // What it holds up itself says more than the phase that does not get on because of it.
  if (heldRebalance(session)) return undefined;
  const notPolledSince = session.state?.notPolledSince;
  if (notPolledSince !== undefined)
    return `not polled in time, out of the group${lasting(now - notPolledSince)}`;
  switch (session.state?.membership) {
    case "stable":
    case "direct":
      return undefined;
    case "joining":
      return `waits for JoinGroup${lasting(now - session.state.since)}`;
    case "syncing":
      return `waits for SyncGroup${lasting(now - session.state.since)}`;
    case "revoking":
      return `gives partitions up${lasting(now - session.state.since)}`;
    case undefined:
    case "unjoined":
    case "leaving":
    case "fatal":
    case "ended":
      return membershipText(session);
  }
}

/** `500 (120 paused)` */
export function bufferedText(totals: Pick<BufferTotals, "records" | "pausedRecords">): string {
  const paused = totals.pausedRecords > 0 ? ` (${numberText(totals.pausedRecords)} paused)` : "";
  return `${numberText(totals.records)}${paused}`;
}

/** `61 KB buffered`: far from the count in a row, so it says of what. */
export function heldBytesText(totals: Pick<BufferTotals, "bytes">): string | undefined {
  return totals.bytes === 0 ? undefined : `${bytesText(totals.bytes)} buffered`;
}

/** Why it is over: a stop says who wished it, a failure how it came. */
export function endedText({ ended }: SessionModel): string {
  switch (ended?.reason) {
    case "stopped":
      return `ended: ${ended.message ?? "stopped"}`;
    case "failed":
      return joined("ended: failed", ended.message);
    case "workerDied":
      return joined("ended: the background worker died", ended.message);
    case "clusterRemoved":
      return joined("ended: its cluster was removed", ended.message);
    case undefined:
      return "";
  }
}

/** Since when its oldest open commit waits; undefined when none does. */
export function oldestCommit(cluster: ClusterModel, session: SessionModel): number | undefined {
  const groupId = session.started?.groupId;
  const group = groupId === undefined ? undefined : cluster.groups.byId.get(groupId);
  let oldest: number | undefined;
  for (const commits of group?.commits?.open.values() ?? []) {
    for (const { latest } of commits.values()) {
      if (latest.vantage !== "member" || latest.sessionId !== session.sessionId) continue;
      oldest = Math.min(oldest ?? latest.queuedAt, latest.queuedAt);
    }
  }
  return oldest;
}

const saidByRow = new Set<Finding["kind"]>([
  "commitHang",
  "groupNotStable",
  "rebalanceStorm",
  "gateHeld",
  "slowCallback",
  "pollOverdue",
  "fellBack",
  "pausedPartitions",
]);

/** What is wrong with a partition of it; how long it waits for something the row says itself. */
export function partitionTrouble(mark: Finding | undefined): string | undefined {
  return mark === undefined || saidByRow.has(mark.kind) ? undefined : mark.title;
}

/** For `when` clauses. */
export function pausedWord(
  partitions: readonly SessionPartitionView[],
): "paused" | "partlyPaused" | "running" {
  const paused = partitions.filter((partition) => partition.paused).length;
  if (paused === 0) return "running";
  return paused === partitions.length ? "paused" : "partlyPaused";
}

/** For whom it waits, where the coordinator says so: `waits for A and worker-2`. */
export function othersAwaited(cluster: ClusterModel, session: SessionModel): string | undefined {
  const group = cluster.groups.byId.get(session.started?.groupId ?? "");
  const own = group?.byBroker?.members.find(({ memberId }) => memberId === session.state?.memberId);
  if (!group || (own?.phase !== "joined" && own?.phase !== "awaitingRelease")) return undefined;
  const { members } = groupView(cluster, group);
  const holders = members.filter(
    ({ phase }) => phase === (own.phase === "joined" ? "notRejoined" : "revoking"),
  );
  const names = holders.map((member) => memberName(member, members)).sort();
  if (names.length === 0) return undefined;
  const more = names.length - shownHolders;
  return `waits for ${listText(more > 0 ? [...names.slice(0, shownHolders), `${countText(more)} more`] : names)}`;
}

const shownHolders = 3;
