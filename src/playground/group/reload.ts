import {
  type ClassicGroup,
  type ClassicMember,
  emptyGroup,
  failedJoin,
  failedSync,
  type GroupEffect,
  unchanged,
  withEffects,
} from "./classicGroup.ts";
import type { ConsumerGroup, ConsumerMember, Group } from "./consumer/consumerGroup.ts";

/** When a coordinator took a group over, and when it has read it. */
export interface Takeover {
  readonly now: number;
  readonly loadedAt: number;
}

/** A group as another coordinator has it, and what becomes of those who wait at the old one. */
export interface Reloaded {
  readonly group: Group;
  readonly effects: readonly GroupEffect[];
}

/**
 * What is written to the group's log: of a classic group the last generation that became stable, or that it is empty;
 * of a consumer group everything.
 */
export function storedAfter(stored: Group | undefined, group: Group): Group | undefined {
  if (group.type === "consumer") return group;
  const { state } = group.phase;
  // A group that changes its kind is written as what it becomes.
  return state === "Stable" || state === "Empty" || stored?.type === "consumer" ? group : stored;
}

/**
 * The group as a coordinator finds it that takes over, from what was written: a rebalance that was under way is
 * forgotten and with it who joined in it, members stay with their sessions starting anew once it has read the group, and
 * requests that wait are sent on with NOT_COORDINATOR.
 */
export function reloaded(group: Group, stored: Group | undefined, takeover: Takeover): Reloaded {
  const effects = [...turnedAway(group), ...forgotten(group, stored)];
  if (stored === undefined) {
    return group.type === "classic"
      ? { group: emptyGroup(group.groupId, group.settings, takeover.now), effects }
      : { group, effects };
  }
  return {
    group: stored.type === "classic" ? loadedClassic(stored, takeover) : loadedConsumer(stored, takeover),
    effects,
  };
}

function loadedClassic(stored: ClassicGroup, { now, loadedAt }: Takeover): ClassicGroup {
  const members = new Map<string, ClassicMember>();
  for (const [memberId, member] of stored.members) {
    const expiresAt = loadedAt + member.sessionTimeoutMs;
    const calm = { joinToken: undefined, syncToken: undefined, synced: true, isNew: false };
    members.set(memberId, { ...member, ...calm, expiresAt });
  }
  const phase =
    stored.phase.state === "Empty" ? stored.phase : ({ state: "Stable", syncDueAt: loadedAt } as const);
  return { ...stored, phase, members, pendingMembers: new Map(), stateSince: now };
}

function loadedConsumer(stored: ConsumerGroup, { loadedAt }: Takeover): ConsumerGroup {
  const members = new Map<string, ConsumerMember>();
  for (const [memberId, member] of stored.members) {
    members.set(memberId, {
      ...member,
      expiresAt: loadedAt + (member.classic?.sessionTimeoutMs ?? stored.settings.sessionTimeoutMs),
      revocationDueAt:
        member.revocationDueAt === undefined ? undefined : loadedAt + member.rebalanceTimeoutMs,
      joinDueAt: undefined,
      syncDueAt: undefined,
    });
  }
  return { ...stored, members };
}

function turnedAway(group: Group): readonly GroupEffect[] {
  if (group.type === "consumer") return [];
  let step = unchanged(group);
  for (const { memberId, joinToken, syncToken } of group.members.values()) {
    if (joinToken !== undefined) {
      const answer = failedJoin("NOT_COORDINATOR", memberId);
      step = withEffects(step, { type: "joinAnswered", token: joinToken, answer });
    }
    if (syncToken !== undefined) {
      const answer = failedSync("NOT_COORDINATOR");
      step = withEffects(step, { type: "syncAnswered", token: syncToken, answer });
    }
  }
  return step.effects;
}

function forgotten(group: Group, stored: Group | undefined): readonly GroupEffect[] {
  const reason = "its coordinator moved before the generation it joined was stable";
  return Array.from(group.members.keys())
    .filter((memberId) => group.type === "classic" && !stored?.members.has(memberId))
    .map((memberId) => ({ type: "memberGone", memberId, how: "evicted", reason }));
}
