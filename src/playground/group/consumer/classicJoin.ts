import { err, ok, type Result } from "#base/result.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { failedJoin, type JoinAnswer, type JoinProtocol } from "../classicGroup.ts";
import type { JoinEvent } from "../joinEvent.ts";
import type { Subscription } from "../subscriptionReader.ts";
import type { At } from "./at.ts";
import {
  type ConsumerGroup,
  type ConsumerMember,
  memberOfInstance,
  type Outcome,
  withMember,
} from "./consumerGroup.ts";
import { fullProblem } from "./consumerHeartbeat.ts";
import { downgrade, mayDowngrade } from "./downgrade.ts";
import { findOrAddMember } from "./memberLookup.ts";
import { groupByTopic } from "./partitions.ts";
import { reconcile } from "./reconcile.ts";
import { sorted } from "./sortedNames.ts";
import { updateTarget } from "./targetAssignment.ts";
import { withIds } from "./topicsView.ts";
import { updateSubscriptions } from "./updateSubscriptions.ts";

type ClassicJoin = Omit<JoinEvent, "now" | "token">;

/**
 * A JoinGroup request to a consumer group (KIP-848): answered at once with the member's own next step as its generation.
 * A static member that takes the place of the last one of the new protocol makes the group a classic one.
 */
export function joinConsumerGroup(group: ConsumerGroup, event: ClassicJoin, at: At): Outcome<JoinAnswer> {
  const memberId = event.memberId === "" ? event.newMemberId : event.memberId;
  const refuse = (error: KnownErrorName, id = event.memberId) => ({
    group,
    effects: [],
    quiet: true,
    answer: failedJoin(error, id),
  });
  const checked = checkJoin(group, event, { memberId, at });
  if (!checked.ok) return refuse(checked.error);
  const { subscription, protocol } = checked.value;
  if (event.requiresKnownMemberId && event.memberId === "" && event.groupInstanceId === undefined) {
    return refuse("MEMBER_ID_REQUIRED", memberId);
  }
  const { groupInstanceId: instanceId } = event;
  const mayJoin = instanceId === undefined || event.memberId === "";
  const { now, topics } = at;
  const found = findOrAddMember(group, { memberId, instanceId, mayJoin, speaksClassic: true, now });
  if (!found.ok) return refuse(found.error.error);

  const before = found.value.member;
  const said = withWhatItSays(before, { event, subscription, now });
  const updated = updateSubscriptions(found.value.group, { before, said, topics, now });
  if (!updated.ok) return refuse(updated.error.error);
  const replaced = instanceId === undefined ? undefined : memberOfInstance(group, instanceId);
  const turnsClassic =
    replaced !== undefined && replaced.classic === undefined && mayDowngrade(updated.value.group, at);
  const aimed = turnsClassic ? updated.value.group : updateTarget(updated.value.group, topics, now);
  const isStale = aimed.assignmentEpoch < aimed.groupEpoch;
  const owned = groupByTopic(withIds(subscription.owned, topics));
  const target = aimed.target.get(memberId) ?? [];
  const subscriptionChanged = updated.value.changed;
  const member =
    turnsClassic && isStale
      ? said
      : reconcile(aimed, said, { target, subscriptionChanged, owned, topics, now });

  const answer = {
    ...failedJoin("NONE", memberId),
    generationId: member.memberEpoch,
    protocolType: "consumer",
    protocolName: protocol.name,
  };
  const joined = withMember(aimed, { ...member, syncDueAt: now + member.rebalanceTimeoutMs });
  const { effects } = found.value;
  if (!turnsClassic) return { group: joined, effects, quiet: false, answer };
  const rebalanceReason = isStale
    ? `${memberId} took the place of the last member of the new protocol`
    : undefined;
  const classic = downgrade(joined, at, { rebalanceReason });
  return { group: classic.group, effects: [...effects, ...classic.effects], quiet: false, answer };
}

function checkJoin(
  group: ConsumerGroup,
  event: ClassicJoin,
  { memberId, at }: { readonly memberId: string; readonly at: At },
): Result<{ readonly subscription: Subscription; readonly protocol: JoinProtocol }, KnownErrorName> {
  const { minSessionTimeoutMs, maxSessionTimeoutMs } = at.classicSettings;
  if (event.sessionTimeoutMs < minSessionTimeoutMs || event.sessionTimeoutMs > maxSessionTimeoutMs) {
    return err("INVALID_SESSION_TIMEOUT");
  }
  if (group.settings.migrationPolicy === "disabled") return err("INCONSISTENT_GROUP_PROTOCOL");
  if (fullProblem(group, memberId)) return err("GROUP_MAX_SIZE_REACHED");
  const [protocol] = event.protocols;
  if (protocol === undefined || event.protocolType !== "consumer" || !suitsOthers(group, event.protocols)) {
    return err("INCONSISTENT_GROUP_PROTOCOL");
  }
  const subscription = at.reader.subscription(protocol.metadata);
  return subscription ? ok({ subscription, protocol }) : err("UNKNOWN_SERVER_ERROR");
}

/** Members of the classic protocol must have one assignor in common, in case they are among themselves again. */
function suitsOthers(group: ConsumerGroup, protocols: readonly JoinProtocol[]): boolean {
  const others = Array.from(group.members.values(), ({ classic }) => classic).filter(
    (classic) => classic !== undefined,
  );
  return protocols.some(({ name }) =>
    others.every((classic) => classic.protocols.some((protocol) => protocol.name === name)),
  );
}

function withWhatItSays(
  member: ConsumerMember,
  what: { readonly event: ClassicJoin; readonly subscription: Subscription; readonly now: number },
): ConsumerMember {
  const { event, subscription, now } = what;
  const { sessionTimeoutMs, protocols } = event;
  return {
    ...member,
    instanceId: event.groupInstanceId ?? member.instanceId,
    rackId: subscription.rackId ?? member.rackId,
    rebalanceTimeoutMs: event.rebalanceTimeoutMs,
    topicNames: sorted(subscription.topics),
    topicRegex: "",
    clientId: event.clientId,
    clientHost: event.clientHost,
    classic: { sessionTimeoutMs, protocols },
    revocationDueAt: undefined,
    joinDueAt: undefined,
    lastHeardAt: now,
    expiresAt: now + sessionTimeoutMs,
  };
}
