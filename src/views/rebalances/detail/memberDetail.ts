import { groupView, type MemberView } from "#model/groupView.ts";
import { missingMembers } from "#model/memberName.ts";
import type { Remedy } from "#model/remedy.ts";
import { durationText, partitionsText } from "#model/words.ts";
import type { Detail, DetailRow, LaneRef, MarkRef } from "#webview/rebalances/contract.ts";
import type { Scene } from "../input.ts";
import { type LaneIndex, sameLane } from "../laneKeys.ts";
import type { NamedLane } from "../laneRows.ts";
import { goneText } from "../memberLanes.ts";
import { phaseMeaning, phaseText } from "../phaseWords.ts";
import { codeRow, plain, row, rows } from "./row.ts";

/** A member as it is now, or as it was last. */
export function memberDetail(
  scene: Scene,
  index: LaneIndex,
  ref: MarkRef & { readonly kind: "member" },
): Detail | undefined {
  // The lane is named by its first life, and shows what the newest is.
  const named = index.rowOf(ref.lane)?.lives.at(-1);
  if (!named) return undefined;
  const { lane, name } = named;
  const view = groupView(scene.cluster, scene.group);
  const member = view.members.find(({ memberId }) => lane.memberIds.includes(memberId));
  const last = lane.segments.at(-1);
  return {
    ...plain,
    ref,
    title: `${name}${lane.isLeader ? " · leader of the group" : ""}`,
    status: lane.gone ? goneText(lane.gone) : last ? phaseText(last.phase, false) : null,
    rows: [
      ...rows(
        lane.memberIds.length > 0 && codeRow("member id", lane.memberIds.at(-1) ?? ""),
        codeRow("client id", lane.clientId),
      ),
      ...(member ? describedRows(member) : []),
      ...rows(
        row("seen by", vantageText(lane.vantage)),
        lane.droppedSegments > 0 && row("earlier", `${lane.droppedSegments} older phases are no longer kept`),
      ),
    ],
    explanation: last && !lane.gone ? [phaseMeaning(last.phase)] : [],
    remedies: remediesOf(scene, named),
  };
}

function describedRows(member: MemberView): readonly DetailRow[] {
  const { host, groupInstanceId, assignors, assigned, sessionTimeoutMs, rebalanceTimeoutMs } = member;
  return rows(
    host !== "" && codeRow("host", host),
    groupInstanceId !== undefined && codeRow("static id", groupInstanceId),
    assignors && row("assignors", assignors.join(", ")),
    assigned &&
      row(
        member.assignedKnown === "last" ? "assigned (last known)" : "assigned",
        partitionsText(assigned, 20),
      ),
    sessionTimeoutMs !== undefined && row("session timeout", durationText(sessionTimeoutMs)),
    rebalanceTimeoutMs !== undefined && row("rebalance timeout", durationText(rebalanceTimeoutMs)),
    member.lastHeartbeatAt !== undefined && row("last heartbeat", "", member.lastHeartbeatAt),
    member.evictedAt !== undefined && row("evicted", "unless it is heard of", member.evictedAt),
  );
}

/** One stretch of a member's time. */
export function phaseDetail(
  scene: Scene,
  index: LaneIndex,
  ref: MarkRef & { readonly kind: "phase" },
): Detail | undefined {
  const named = find(index, ref.lane);
  const segment = named?.lane.segments.find(({ fromAt }) => fromAt === ref.fromMs);
  if (!named || !segment) return undefined;
  const over = segment.toAt !== undefined;
  const lasted = durationText((segment.toAt ?? scene.now) - segment.fromAt);
  const stuck = segment.phase === "notRejoined" && !over;
  return {
    ...plain,
    ref,
    title: `${named.name}: ${phaseText(segment.phase, over)}`,
    status: over ? `lasted ${lasted}` : `for ${lasted}`,
    severity: stuck ? "warning" : "none",
    rows: rows(
      row("from", "", segment.fromAt),
      segment.toAt !== undefined && row("to", "", segment.toAt),
      segment.generationId !== undefined && row(scene.generationWord, String(segment.generationId)),
      segment.reason !== undefined && row("because", segment.reason),
      row("seen by", vantageText(named.lane.vantage)),
    ),
    explanation: [phaseMeaning(segment.phase)],
    remedies: stuck ? remediesOf(scene, named) : [],
  };
}

/** How a member's time ended. */
export function goneDetail(
  _scene: Scene,
  index: LaneIndex,
  ref: MarkRef & { readonly kind: "gone" },
): Detail | undefined {
  const named = find(index, ref.lane);
  const gone = named?.lane.gone;
  if (!named || !gone) return undefined;
  return {
    ...plain,
    ref,
    title: `${named.name}: ${goneText(gone)}`,
    severity: gone.how === "evicted" || gone.how === "fenced" ? "warning" : "none",
    rows: rows(row("when", "", gone.at), gone.reason !== undefined && row("because", gone.reason)),
    explanation: [goneMeaning(gone.how)],
  };
}

function find(index: LaneIndex, ref: LaneRef): NamedLane | undefined {
  return index.lanes.find((named) => sameLane(named.ref, ref));
}

function remediesOf(scene: Scene, named: NamedLane): readonly Remedy[] {
  if (scene.input.bound.kind !== "live") return [];
  const missing = missingMembers(groupView(scene.cluster, scene.group)) ?? [];
  return missing
    .filter(({ memberId }) => named.lane.memberIds.includes(memberId))
    .map(({ memberId, name }) => ({
      title: `Remove ${name} from the group…`,
      hint: "The coordinator removes the member, and the rebalance goes on without it. It may join again.",
      changes: true,
      action: {
        kind: "removeMember",
        clusterId: scene.cluster.clusterId,
        groupId: scene.group.groupId,
        memberId,
      },
    }));
}

function vantageText(vantage: NamedLane["lane"]["vantage"]): string {
  switch (vantage) {
    case "member":
      return "the member itself";
    case "broker":
      return "the broker itself";
    case "sampled":
      return "asking the coordinator from time to time";
  }
}

function goneMeaning(how: NonNullable<NamedLane["lane"]["gone"]>["how"]): string {
  switch (how) {
    case "left":
      return "It told the coordinator that it leaves, so its partitions could be given to others at once.";
    case "evicted":
      return "The coordinator removed it because it was not heard of in time. If it still runs, its next request is refused with UNKNOWN_MEMBER_ID, and it must join anew.";
    case "fenced":
      return "Another member with the same static id took its place.";
    case "ended":
      return "The session has ended.";
    case "disappeared":
      return "The next description of the group did not name it any more: it left or was removed in between.";
  }
}
