import type { GroupDescribed, GroupMemberGone, GroupMemberPhase } from "#trace/observations/group.ts";
import type { SessionEnded } from "#trace/observations/session.ts";
import {
  createGenerations,
  foldBrokerGeneration,
  foldOwnGeneration,
  foldSampledGeneration,
  type GenerationsState,
} from "./generations.ts";
import {
  createLanes,
  foldDescribedLanes,
  foldMemberGone,
  foldOwnPhase,
  foldSessionEnded,
  type LanesState,
} from "./memberLanes.ts";
import type { Seen } from "./seen.ts";

/** A group over time: what its members did, and its generations. */
export interface RebalanceHistoryState {
  lanes: LanesState;
  generations: GenerationsState;
  /** Once the broker itself tells, samples add nothing but doubt. */
  brokerTells: boolean;
  firstAt: number;
  lastAt: number;
}

export function createRebalanceHistory(at: number): RebalanceHistoryState {
  return {
    lanes: createLanes(),
    generations: createGenerations(),
    brokerTells: false,
    firstAt: at,
    lastAt: at,
  };
}

export function foldDescribedHistory(state: RebalanceHistoryState, seen: Seen<GroupDescribed>): void {
  if (seen.vantage === "broker") {
    state.brokerTells = true;
    foldDescribedLanes(state.lanes, seen);
    foldBrokerGeneration(state.generations, seen);
  } else if (!state.brokerTells) {
    foldDescribedLanes(state.lanes, seen);
    foldSampledGeneration(state.generations, seen);
  }
  state.lastAt = Math.max(state.lastAt, seen.at);
}

export function foldMemberPhaseHistory(state: RebalanceHistoryState, seen: Seen<GroupMemberPhase>): void {
  foldOwnPhase(state.lanes, seen);
  if (!state.brokerTells) foldOwnGeneration(state.generations, seen);
  state.lastAt = Math.max(state.lastAt, seen.at);
}

export function foldMemberGoneHistory(state: RebalanceHistoryState, seen: Seen<GroupMemberGone>): void {
  foldMemberGone(state.lanes, seen);
  state.lastAt = Math.max(state.lastAt, seen.at);
}

export function foldSessionEndedHistory(state: RebalanceHistoryState, seen: Seen<SessionEnded>): void {
  foldSessionEnded(state.lanes, seen.sessionId, seen);
  state.generations.ownMembers.delete(seen.sessionId);
}
