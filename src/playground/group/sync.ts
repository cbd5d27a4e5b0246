import type { KnownErrorName } from "#protocol/errorCodes.ts";
import {
  type ClassicGroup,
  type ClassicMember,
  failedSync,
  noBytes,
  type Step,
  type SyncAnswer,
  unchanged,
  withEffects,
  withMember,
  withMembers,
  withPhase,
} from "./classicGroup.ts";
import { fitsAsAssignments } from "./groupBytes.ts";
import { findMember, type MemberIdentity } from "./membership.ts";
import { answerSyncs } from "./rebalance.ts";

/** A SyncGroup request. */
export interface SyncEvent extends MemberIdentity {
  readonly now: number;
  readonly token: number;
  readonly generationId: number;
  /** Sent since version 5; undefined when the client does not say. */
  readonly protocolType: string | undefined;
  readonly protocolName: string | undefined;
  /** By member id; the leader's only. */
  readonly assignments: ReadonlyMap<string, Uint8Array>;
}

/** The group after a SyncGroup request; a follower's answer waits for the leader's request. */
export function sync(group: ClassicGroup, event: SyncEvent): Step {
  const lookup = findMember(group, event);
  if (!lookup.found) return refuse(group, event, lookup.error);
  if (event.generationId !== group.generationId) return refuse(group, event, "ILLEGAL_GENERATION");
  if (differs(event.protocolType, group.protocolType) || differs(event.protocolName, group.protocolName)) {
    return refuse(group, event, "INCONSISTENT_GROUP_PROTOCOL");
  }
  switch (group.phase.state) {
    case "Dead":
      return refuse(group, event, "COORDINATOR_NOT_AVAILABLE");
    case "Empty":
      return refuse(group, event, "UNKNOWN_MEMBER_ID");
    case "PreparingRebalance":
      return refuse(group, event, "REBALANCE_IN_PROGRESS");
    case "CompletingRebalance":
      if (!fitsAsAssignments(group, event.assignments)) return refuse(group, event, "UNKNOWN_SERVER_ERROR");
      return syncWhileCompleting(group, lookup.member, event);
    case "Stable": {
      const step = withMember(unchanged(group), {
        ...lookup.member,
        synced: true,
        lastHeardAt: event.now,
        expiresAt: event.now + lookup.member.sessionTimeoutMs,
      });
      const answer = assignmentAnswer(group, lookup.member);
      return withEffects(step, { type: "syncAnswered", token: event.token, answer });
    }
  }
}

function syncWhileCompleting(group: ClassicGroup, member: ClassicMember, event: SyncEvent): Step {
  let step = unchanged(group);
  if (member.syncToken !== undefined) {
    const answer = failedSync("REBALANCE_IN_PROGRESS");
    step = withEffects(step, { type: "syncAnswered", token: member.syncToken, answer });
  }
  step = withMember(step, { ...member, synced: true, syncToken: event.token, lastHeardAt: event.now });
  if (member.memberId !== group.leaderId || group.phase.state !== "CompletingRebalance") return step;

  const { syncDueAt } = group.phase;
  step = withMembers(step, (each) => ({
    ...each,
    assignment: event.assignments.get(each.memberId) ?? noBytes,
  }));
  step = withPhase(step, { state: "Stable", syncDueAt }, event.now);
  const stable = step.group;
  return answerSyncs(step, (each) => assignmentAnswer(stable, each), event.now);
}

function assignmentAnswer(group: ClassicGroup, member: ClassicMember): SyncAnswer {
  return {
    error: "NONE",
    protocolType: group.protocolType ?? null,
    protocolName: group.protocolName ?? null,
    assignment: group.members.get(member.memberId)?.assignment ?? noBytes,
  };
}

function differs(said: string | undefined, actual: string | undefined): boolean {
  return said !== undefined && said !== actual;
}

function refuse(group: ClassicGroup, event: SyncEvent, error: KnownErrorName): Step {
  return withEffects(unchanged(group), {
    type: "syncAnswered",
    token: event.token,
    answer: failedSync(error),
  });
}
