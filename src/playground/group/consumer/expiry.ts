import type { GroupEffect } from "../classicGroup.ts";
import type { At } from "./at.ts";
import type { ConsumerGroup, ConsumerMember, Outcome } from "./consumerGroup.ts";
import { resolveRegexes } from "./regexes.ts";
import { removeMembers } from "./removal.ts";
import { metadataFingerprint } from "./subscriptions.ts";
import { bumpEpoch } from "./updateSubscriptions.ts";

/** The next instant at which time alone changes the group, or undefined. */
export function nextDeadline(group: ConsumerGroup): number | undefined {
  let next = group.regexesDueAt;
  const consider = (dueAt: number | undefined) => {
    if (dueAt !== undefined && (next === undefined || dueAt < next)) next = dueAt;
  };
  for (const member of group.members.values()) {
    consider(member.expiresAt);
    consider(member.revocationDueAt);
    consider(member.joinDueAt);
    consider(member.syncDueAt);
  }
  return next;
}

/** The group after every deadline up to now; it may have become a classic one on the way. */
export function timePassed(group: ConsumerGroup, at: At): Omit<Outcome<unknown>, "answer"> {
  let current = group;
  const effects: GroupEffect[] = [];
  for (const memberId of group.members.keys()) {
    const member = current.members.get(memberId);
    const reason = member && overdue(member, current, at.now);
    if (!member || reason === undefined) continue;
    const removed = removeMembers(current, [{ member, how: "evicted", reason }], at);
    effects.push(...removed.effects);
    if (removed.group.type === "classic") return { ...removed, effects };
    current = removed.group;
  }
  if (current.regexesDueAt !== undefined && current.regexesDueAt <= at.now)
    current = matchRegexes(current, at);
  return { group: current, effects, quiet: current === group };
}

function overdue(member: ConsumerMember, group: ConsumerGroup, now: number): string | undefined {
  const isDue = (dueAt: number | undefined) => dueAt !== undefined && dueAt <= now;
  const { rebalanceTimeoutMs, classic } = member;
  if (isDue(member.revocationDueAt)) {
    return `it did not give up its partitions within its rebalance timeout of ${rebalanceTimeoutMs} ms`;
  }
  if (isDue(member.joinDueAt)) return "it did not join again within the rebalance timeout";
  if (isDue(member.syncDueAt)) return "it sent no SyncGroup within the rebalance timeout";
  if (!isDue(member.expiresAt)) return undefined;
  const sessionTimeoutMs = classic?.sessionTimeoutMs ?? group.settings.sessionTimeoutMs;
  return `no heartbeat for its session timeout of ${sessionTimeoutMs} ms`;
}

/** The members learn of it with their next heartbeats, as their target is computed then. */
function matchRegexes(group: ConsumerGroup, { topics, now }: At): ConsumerGroup {
  const { group: resolved, changed } = resolveRegexes(group, topics, now);
  const fingerprint = metadataFingerprint(resolved, topics);
  const looked = { ...resolved, metadataFingerprint: fingerprint, metadataVersion: topics.version };
  if (!changed && fingerprint === group.metadataFingerprint) return looked;
  return bumpEpoch(looked, "its regular expressions match other topics");
}
