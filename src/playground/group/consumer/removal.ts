import { err, ok, type Result } from "#base/result.ts";
import type { GroupEffect } from "../classicGroup.ts";
import { type At, unchanged } from "./at.ts";
import {
  type ConsumerGroup,
  type ConsumerMember,
  type Outcome,
  type Refusal,
  staticLeaveEpoch,
  withMember,
} from "./consumerGroup.ts";
import { downgrade, mayDowngrade } from "./downgrade.ts";
import type { ConsumerHeartbeat, HeartbeatAnswer } from "./heartbeatRequest.ts";
import { findStaticMember, unknownMember } from "./memberLookup.ts";
import { entriesOf, fromEntries, noPartitions } from "./partitions.ts";
import { withoutUnusedRegexes } from "./regexes.ts";
import { metadataFingerprint } from "./subscriptions.ts";
import { bumpEpoch } from "./updateSubscriptions.ts";

/** A member that goes, and how it is told. */
export interface Departure {
  readonly member: ConsumerMember;
  readonly how: "left" | "evicted";
  readonly reason: string;
}

/** The last heartbeat of a member: for good, or as a static member that comes back (KIP-848). */
export function consumerLeave(
  group: ConsumerGroup,
  request: ConsumerHeartbeat,
  at: At,
): Result<Outcome<HeartbeatAnswer>, Refusal> {
  const { memberId, memberEpoch, instanceId } = request;
  const found =
    instanceId === undefined ? findDynamic(group, memberId) : findStaticMember(group, memberId, instanceId);
  if (!found.ok) return found;
  const answer = { memberId, memberEpoch, assignment: undefined };
  if (instanceId !== undefined && memberEpoch === staticLeaveEpoch) {
    return ok({ ...unchanged(withMember(group, awayFor(found.value))), answer });
  }
  return ok({
    ...removeMembers(group, [{ member: found.value, how: "left", reason: "it left" }], at),
    answer,
  });
}

/** Removes the members for good: the group has a new epoch, or becomes a classic one when no other kind is left. */
export function removeMembers(
  group: ConsumerGroup,
  departures: readonly Departure[],
  at: At,
): Omit<Outcome<unknown>, "answer"> {
  if (departures.length === 0) return unchanged(group);
  const effects = departures.map(
    ({ member: { memberId }, how, reason }): GroupEffect => ({ type: "memberGone", memberId, how, reason }),
  );
  const gone = new Set(departures.map(({ member }) => member.memberId));
  const names = Array.from(gone).join(", ");
  const why = `${names} is gone: ${departures[0]?.reason}`;
  const members = new Map(Array.from(group.members).filter(([memberId]) => !gone.has(memberId)));
  const target = new Map(Array.from(group.target).filter(([memberId]) => !gone.has(memberId)));
  const rest = { ...group, members, target };
  if (mayDowngrade(rest, at)) {
    const classic = downgrade(rest, at, { rebalanceReason: why });
    return { group: classic.group, effects: [...effects, ...classic.effects], quiet: false };
  }
  const bumped = bumpEpoch(withoutUnusedRegexes(rest), why);
  return {
    group: { ...bumped, metadataFingerprint: metadataFingerprint(bumped, at.topics) },
    effects,
    quiet: false,
  };
}

function findDynamic(group: ConsumerGroup, memberId: string): Result<ConsumerMember, Refusal> {
  const member = group.members.get(memberId);
  return member ? ok(member) : err(unknownMember(group, memberId));
}

/** Its partitions stay its own until its session is over; whoever takes its place has them since epoch 0. */
function awayFor(member: ConsumerMember): ConsumerMember {
  return {
    ...member,
    memberEpoch: staticLeaveEpoch,
    pendingRevocation: noPartitions,
    assigned: fromEntries(Array.from(entriesOf(member.assigned), ([partition]) => [partition, 0] as const)),
    revocationDueAt: undefined,
  };
}
