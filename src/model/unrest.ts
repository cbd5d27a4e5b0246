import type { MembershipState } from "#trace/observations/session.ts";
import type { DeepReadonly } from "./deepReadonly.ts";
import { betweenGenerations, type OwnFact, stateOfGroup } from "./groupState.ts";
import type { GroupState } from "./groups.ts";
import { speaksFor } from "./seen.ts";

/** Calm that lasts less long is a breath between two rebalances of the same trouble. */
const calmMs = 3_000;

/** Notes whether the group is at rest now. */
export function foldUnrest(group: GroupState, at: number, isScripted: (sessionId: string) => boolean): void {
  const { unrest } = group;
  if (!isRestless(group, isScripted)) {
    if (unrest) unrest.calmSince ??= at;
    return;
  }
  const isOver = unrest?.calmSince !== undefined && at - unrest.calmSince >= calmMs;
  if (unrest && !isOver) unrest.calmSince = undefined;
  else group.unrest = { since: begunAt(group, at), calmSince: undefined };
}

/** Ours that wait for an answer of the coordinator, or give partitions up. */
export function waitingIn(group: DeepReadonly<GroupState>): readonly OwnFact[] {
  return [...group.byMember.values()].filter(
    ({ phase }) => phase === "joining" || phase === "syncing" || phase === "revoking",
  );
}

/** What a phase waits for. */
export function requestOf(phase: MembershipState): "JoinGroup" | "SyncGroup" | undefined {
  switch (phase) {
    case "joining":
      return "JoinGroup";
    case "syncing":
      return "SyncGroup";
    case "direct":
    case "unjoined":
    case "stable":
    case "revoking":
    case "leaving":
    case "fatal":
    case "ended":
      return undefined;
  }
}

function isRestless(group: GroupState, isScripted: (sessionId: string) => boolean): boolean {
  const state = stateOfGroup(group);
  if (state !== undefined && betweenGenerations.has(state)) return true;
  const waiting = waitingIn(group);
  if (state !== "Stable" || waiting.length === 0) return waiting.length > 0;
  // A script may stay outside for good: the group does not wait for who is not in it.
  const described = new Set((group.byBroker ?? group.bySample)?.members.map(({ memberId }) => memberId));
  return waiting.some(({ sessionId, memberId }) => !isScripted(sessionId) || described.has(memberId ?? ""));
}

/** The broker may have known for longer than we do. */
function begunAt(group: GroupState, at: number): number {
  const described = group.byBroker ?? group.bySample;
  if (!described || !betweenGenerations.has(described.state)) return at;
  return Math.min(at, described.stateSince ?? speaksFor(described));
}
