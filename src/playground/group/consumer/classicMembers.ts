import { err, ok, type Result } from "#base/result.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { failedSync, type SyncAnswer } from "../classicGroup.ts";
import type { HeartbeatEvent } from "../heartbeat.ts";
import type { LeaveEvent } from "../leave.ts";
import type { MemberIdentity } from "../membership.ts";
import type { SyncEvent } from "../sync.ts";
import type { At } from "./at.ts";
import {
  type ClassicSpeech,
  type ConsumerGroup,
  type ConsumerMember,
  memberOfInstance,
  type Outcome,
  withMember,
} from "./consumerGroup.ts";
import { assignmentBytes } from "./downgrade.ts";
import { findStaticMember } from "./memberLookup.ts";
import { epochOf, toTopicPartitions } from "./partitions.ts";
import { type Departure, removeMembers } from "./removal.ts";

/**
 * What a consumer group says to members that still speak the classic protocol, during a migration (KIP-848): there is
 * no leader, a generation is the member's epoch, and REBALANCE_IN_PROGRESS sends it round for its next step.
 */
type ClassicMember = ConsumerMember & { readonly classic: ClassicSpeech };

/** A SyncGroup request: the assignment is there already. */
export function syncClassicMember(
  group: ConsumerGroup,
  event: Pick<SyncEvent, "memberId" | "groupInstanceId" | "generationId" | "protocolType" | "protocolName">,
  at: At,
): Outcome<SyncAnswer> {
  const refuse = (error: KnownErrorName, changed = group) => ({
    group: changed,
    effects: [],
    quiet: true,
    answer: failedSync(error),
  });
  const found = findSpeaker(group, event);
  if (!found.ok) return refuse(found.error);
  const member = found.value;
  const [protocol] = member.classic.protocols;
  if (event.generationId !== member.memberEpoch) return refuse("ILLEGAL_GENERATION");
  const { protocolType = "consumer", protocolName = protocol?.name } = event;
  if (protocolType !== "consumer" || protocolName !== protocol?.name)
    return refuse("INCONSISTENT_GROUP_PROTOCOL");
  // One that gives something up has joined for this already: it goes on, and is sent round once more afterwards.
  const isBehind = group.assignmentEpoch > member.memberEpoch && member.state !== "UnrevokedPartitions";
  if (isBehind) return refuse("REBALANCE_IN_PROGRESS", withMember(group, mustJoin(member, at.now)));

  const assignment = assignmentBytes(
    toTopicPartitions(member.assigned),
    protocol?.metadata ?? new Uint8Array(0),
    at,
  );
  return {
    group: withMember(group, { ...heard(member, at.now), syncDueAt: undefined }),
    effects: [],
    quiet: true,
    answer: { error: "NONE", protocolType, protocolName: protocolName ?? null, assignment },
  };
}

/** A Heartbeat request: tells the member to join again whenever there is a next step for it. */
export function heartbeatOfClassicMember(
  group: ConsumerGroup,
  event: Omit<HeartbeatEvent, "now">,
  at: At,
): Outcome<KnownErrorName> {
  const quiet = { effects: [], quiet: true };
  const found = findSpeaker(group, event);
  if (!found.ok) return { ...quiet, group, answer: found.error };
  const member = found.value;
  if (event.generationId !== member.memberEpoch) return { ...quiet, group, answer: "ILLEGAL_GENERATION" };
  const alive = heard(member, at.now);
  const hasNextStep =
    member.memberEpoch < group.assignmentEpoch ||
    member.state === "UnrevokedPartitions" ||
    (member.state === "UnreleasedPartitions" && !waitsForOthers(group, member));
  if (!hasNextStep) return { ...quiet, group: withMember(group, alive), answer: "NONE" };
  return { ...quiet, group: withMember(group, mustJoin(alive, at.now)), answer: "REBALANCE_IN_PROGRESS" };
}

/** A LeaveGroup request, for members of either protocol, as an operator may remove any. */
export function leaveConsumerGroup(
  group: ConsumerGroup,
  leaving: LeaveEvent["members"],
  at: At,
): Outcome<readonly KnownErrorName[]> {
  const departures = new Map<string, Departure>();
  const answer = leaving.map((identity): KnownErrorName => {
    const found = findLeaving(group, identity);
    if (!found.ok) return found.error;
    const reason = identity.reason ? `it left: ${identity.reason}` : "it left";
    departures.set(found.value.memberId, { member: found.value, how: "left", reason });
    return "NONE";
  });
  return { ...removeMembers(group, Array.from(departures.values()), at), answer };
}

function findSpeaker(
  group: ConsumerGroup,
  { memberId, groupInstanceId }: MemberIdentity,
): Result<ClassicMember, KnownErrorName> {
  const found = findLeaving(group, { memberId, groupInstanceId });
  if (!found.ok) return found;
  const { classic } = found.value;
  if (classic === undefined || found.value.memberId !== memberId) return err("UNKNOWN_MEMBER_ID");
  return ok({ ...found.value, classic });
}

function findLeaving(
  group: ConsumerGroup,
  { memberId, groupInstanceId }: MemberIdentity,
): Result<ConsumerMember, KnownErrorName> {
  if (groupInstanceId === undefined) {
    const member = group.members.get(memberId);
    return member ? ok(member) : err("UNKNOWN_MEMBER_ID");
  }
  const owner = memberOfInstance(group, groupInstanceId);
  // An operator removes a static member by its instance id alone.
  if (memberId === "" && owner) return ok(owner);
  const found = findStaticMember(group, memberId, groupInstanceId);
  return found.ok ? found : err(found.error.error);
}

function heard(member: ClassicMember, now: number): ClassicMember {
  return { ...member, lastHeardAt: now, expiresAt: now + member.classic.sessionTimeoutMs };
}

function mustJoin(member: ClassicMember, now: number): ConsumerMember {
  return { ...member, joinDueAt: member.joinDueAt ?? now + member.rebalanceTimeoutMs };
}

function waitsForOthers(group: ConsumerGroup, member: ConsumerMember): boolean {
  const target = group.target.get(member.memberId) ?? [];
  const missing = target.filter((partition) => epochOf(member.assigned, partition) === undefined);
  return missing.some((partition) => isHeld(group, partition));
}

function isHeld(group: ConsumerGroup, partition: TopicPartition): boolean {
  for (const { assigned, pendingRevocation } of group.members.values()) {
    for (const held of [assigned, pendingRevocation]) {
      if (epochOf(held, partition) !== undefined) return true;
    }
  }
  return false;
}
