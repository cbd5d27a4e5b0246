import type { Vantage } from "#trace/observation.ts";
import type {
  BrokerMemberPhase,
  GroupDescribed,
  GroupMemberGone,
  GroupMemberPhase,
} from "#trace/observations/group.ts";
import type { MembershipState, SessionEnded } from "#trace/observations/session.ts";
import { keepNewest, type Seen } from "./seen.ts";

/**
 * What a member did for a while. Beside the words of our own members and of brokers: `seen`, a sample told its
 * assignment; `unseen`, a sample told that it is in the group, and no more.
 */
export type LanePhase = MembershipState | BrokerMemberPhase | "seen" | "unseen";

/** A stretch of time in one phase. */
export interface LaneSegment {
  readonly phase: LanePhase;
  readonly fromAt: number;
  /** Undefined while it lasts. */
  toAt: number | undefined;
  lastSeenAt: number;
  readonly generationId: number | undefined;
  reason: string | undefined;
}

export interface LaneEnd {
  readonly at: number;
  readonly how: "left" | "evicted" | "fenced" | "ended" | "disappeared";
  readonly reason: string | undefined;
}

/** One member over time. */
export interface LaneState {
  /** Set for our own and scripted members, whose memberId changes over time. */
  readonly sessionId: string | undefined;
  /** Every memberId it had, the newest last. */
  memberIds: string[];
  clientId: string;
  /** Where it comes from, as the coordinator says; undefined for one that only told of itself. */
  host: string | undefined;
  groupInstanceId: string | undefined;
  vantage: Vantage;
  isLeader: boolean;
  segments: LaneSegment[];
  droppedSegments: number;
  gone: LaneEnd | undefined;
}

/** The members of a group over time: ours by session, others by memberId. */
export interface LanesState {
  bySession: Map<string, LaneState>;
  byMember: Map<string, LaneState>;
  droppedLanes: number;
}

const maxSegments = 400;
const maxLanes = 300;
const maxMemberIds = 20;

/** A sampled member that was not seen for longer than this may have done anything meanwhile: its lane has a gap. */
const sampledGapMs = 30_000;

export function createLanes(): LanesState {
  return { bySession: new Map(), byMember: new Map(), droppedLanes: 0 };
}

/** One of ours told its phase. */
export function foldOwnPhase(lanes: LanesState, seen: Seen<GroupMemberPhase>): void {
  const lane = laneIn(lanes, lanes.bySession, { id: seen.sessionId, sessionId: seen.sessionId });
  lane.clientId = seen.clientId;
  lane.vantage = "member";
  lane.isLeader = seen.isLeader ?? false;
  if (seen.memberId !== undefined) noteMemberId(lane, seen.memberId);
  const { phase, at, reason } = seen;
  enter(lane, { phase, at, generationId: seen.memberEpoch ?? seen.generationId, reason });
  if (seen.phase === "ended") end(lane, { at: seen.at, how: "ended", reason: seen.reason });
}

export function foldSessionEnded(lanes: LanesState, sessionId: string, seen: Seen<SessionEnded>): void {
  const lane = lanes.bySession.get(sessionId);
  if (lane && !lane.gone) end(lane, { at: seen.at, how: "ended", reason: seen.message ?? seen.reason });
}

/** All members of the group were described, by the broker or as a sample: whoever is not named is gone. */
export function foldDescribedLanes(lanes: LanesState, seen: Seen<GroupDescribed>): void {
  const present = new Set<string>();
  for (const member of seen.members) {
    present.add(member.memberId);
    const lane = laneIn(lanes, lanes.byMember, { id: member.memberId, sessionId: undefined });
    lane.clientId = member.clientId;
    lane.host = member.host;
    lane.groupInstanceId = member.groupInstanceId;
    lane.vantage = seen.vantage;
    lane.isLeader = member.isLeader ?? false;
    noteMemberId(lane, member.memberId);
    enter(lane, {
      phase: member.phase ?? (member.assigned === undefined ? "unseen" : "seen"),
      at: seen.at,
      generationId: member.memberEpoch ?? seen.generationId,
      reason: undefined,
      gapMs: seen.vantage === "sampled" ? sampledGapMs : undefined,
    });
  }
  for (const [memberId, lane] of lanes.byMember) {
    if (!present.has(memberId) && !lane.gone)
      end(lane, { at: seen.at, how: "disappeared", reason: undefined });
  }
}

export function foldMemberGone(lanes: LanesState, seen: Seen<GroupMemberGone>): void {
  const lane = lanes.byMember.get(seen.memberId);
  if (!lane) return;
  lane.gone = undefined;
  end(lane, { at: seen.at, how: seen.how, reason: seen.reason });
}

function laneIn(
  lanes: LanesState,
  map: Map<string, LaneState>,
  key: { readonly id: string; readonly sessionId: string | undefined },
): LaneState {
  let lane = map.get(key.id);
  if (!lane) {
    lane = {
      sessionId: key.sessionId,
      memberIds: [],
      clientId: "",
      host: undefined,
      groupInstanceId: undefined,
      vantage: "sampled",
      isLeader: false,
      segments: [],
      droppedSegments: 0,
      gone: undefined,
    };
    map.set(key.id, lane);
    if (map.size > maxLanes) lanes.droppedLanes += dropOldest(map);
  }
  return lane;
}

/** The first lane that is gone, in order of arrival; the first of all when none is. */
function dropOldest(map: Map<string, LaneState>): number {
  const oldest = [...map].find(([, lane]) => lane.gone) ?? [...map][0];
  return oldest && map.delete(oldest[0]) ? 1 : 0;
}

function noteMemberId(lane: LaneState, memberId: string): void {
  if (lane.memberIds.at(-1) === memberId || memberId === "") return;
  lane.memberIds = [...lane.memberIds.filter((known) => known !== memberId), memberId];
  keepNewest(lane.memberIds, maxMemberIds);
}

function enter(
  lane: LaneState,
  to: {
    readonly phase: LanePhase;
    readonly at: number;
    readonly generationId: number | undefined;
    readonly reason: string | undefined;
    readonly gapMs?: number | undefined;
  },
): void {
  lane.gone = undefined;
  const last = lane.segments.at(-1);
  const open = last !== undefined && last.toAt === undefined ? last : undefined;
  const gap = open !== undefined && to.gapMs !== undefined && to.at - open.lastSeenAt > to.gapMs;
  const same = open?.phase === to.phase && open.generationId === to.generationId;
  if (open && same && !gap) {
    open.lastSeenAt = to.at;
    open.reason = to.reason ?? open.reason;
    return;
  }
  // Passed through within one instant: it has no stretch of time to show.
  if (open && !gap && open.fromAt === to.at) lane.segments.pop();
  else if (open) open.toAt = gap ? open.lastSeenAt : to.at;
  lane.segments.push({
    phase: to.phase,
    fromAt: to.at,
    toAt: undefined,
    lastSeenAt: to.at,
    generationId: to.generationId,
    reason: to.reason,
  });
  lane.droppedSegments += keepNewest(lane.segments, maxSegments);
}

function end(lane: LaneState, gone: LaneEnd): void {
  const last = lane.segments.at(-1);
  if (last && last.toAt === undefined) last.toAt = gone.at;
  lane.gone = gone;
}
