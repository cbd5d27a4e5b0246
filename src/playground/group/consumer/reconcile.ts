import type { TopicPartition } from "#base/topicPartition.ts";
import { type ConsumerGroup, type ConsumerMember, isReconciled } from "./consumerGroup.ts";
import {
  type AssignedPartitions,
  entriesOf,
  epochOf,
  filterPartitions,
  fromEntries,
  noPartitions,
  samePartitions,
  type TopicPartitions,
  union,
} from "./partitions.ts";
import { knownTopics, topicNamesOf } from "./subscriptions.ts";
import type { TopicsView } from "./topicsView.ts";

/** What the member says it consumes; undefined when it says nothing of it, as most heartbeats do. */
export type Owned = readonly TopicPartitions[] | undefined;

/**
 * Leads the member one step towards the group's target: first it gives up what it must, in its old epoch; then it has
 * the new one, with what is free; then it waits for what others still hold.
 */
export function reconcile(
  group: ConsumerGroup,
  member: ConsumerMember,
  what: {
    readonly target: readonly TopicPartition[];
    readonly subscriptionChanged: boolean;
    readonly owned: Owned;
    readonly topics: TopicsView;
    readonly now: number;
  },
): ConsumerMember {
  if (!what.subscriptionChanged && isReconciled(member, group.assignmentEpoch)) return member;
  const subscribed = knownTopics(topicNamesOf(member, group.regexes), what.topics);
  const next = nextStep(group, member, { ...what, subscribed });
  return next === member ? member : withRevocationDeadline(next, what.now);
}

type Surroundings = Parameters<typeof reconcile>[2] & { readonly subscribed: ReadonlyMap<string, unknown> };

function nextStep(group: ConsumerGroup, member: ConsumerMember, what: Surroundings): ConsumerMember {
  switch (member.state) {
    case "Stable":
      if (member.memberEpoch !== group.assignmentEpoch) return towardsTarget(group, member, what);
      return withinSubscription(member, what);
    case "UnrevokedPartitions":
      if (!ownsAny(member.pendingRevocation, what.owned)) return towardsTarget(group, member, what);
      return what.subscriptionChanged ? withinSubscription(member, what) : member;
    case "UnreleasedPartitions":
      return towardsTarget(group, member, what);
  }
}

function towardsTarget(group: ConsumerGroup, member: ConsumerMember, what: Surroundings): ConsumerMember {
  const target = what.target.filter(({ topic }) => what.subscribed.has(topic));
  const wanted = fromEntries(target.map((partition) => [partition, 0] as const));
  const kept = filterPartitions(member.assigned, (partition) => epochOf(wanted, partition) !== undefined);
  const toRevoke = filterPartitions(member.assigned, (partition) => epochOf(wanted, partition) === undefined);
  if (toRevoke.size > 0 && ownsAny(toRevoke, what.owned)) {
    return {
      ...withEpoch(member, member.memberEpoch),
      state: "UnrevokedPartitions",
      assigned: kept,
      pendingRevocation: toRevoke,
    };
  }

  const held = heldPartitions(group);
  const missing = target.filter((partition) => epochOf(kept, partition) === undefined);
  const isFree = (partition: TopicPartition) =>
    epochOf(held, partition) === undefined || epochOf(member.pendingRevocation, partition) !== undefined;
  const free = missing.filter(isFree);
  const epoch = group.assignmentEpoch;
  return {
    ...withEpoch(member, epoch),
    state: free.length < missing.length ? "UnreleasedPartitions" : "Stable",
    assigned: fromEntries([...entriesOf(kept), ...free.map((partition) => [partition, epoch] as const)]),
    pendingRevocation: noPartitions,
  };
}

/** A member that no longer subscribes to a topic must let go of it at once, whenever the next target comes. */
function withinSubscription(member: ConsumerMember, what: Surroundings): ConsumerMember {
  const isSubscribed = ({ topic }: TopicPartition) => what.subscribed.has(topic);
  const kept = filterPartitions(member.assigned, isSubscribed);
  const toRevoke = union(
    member.pendingRevocation,
    filterPartitions(member.assigned, (partition) => !isSubscribed(partition)),
  );
  if (samePartitions(kept, member.assigned)) return member;
  const stays = withEpoch(member, member.memberEpoch);
  if (!ownsAny(toRevoke, what.owned)) return { ...stays, assigned: kept };
  return { ...stays, state: "UnrevokedPartitions", assigned: kept, pendingRevocation: toRevoke };
}

/** What members hold, or may still be consuming: nobody else may have it yet. */
function heldPartitions(group: ConsumerGroup): AssignedPartitions {
  const held = function* () {
    for (const { assigned, pendingRevocation } of group.members.values()) {
      yield* entriesOf(assigned);
      yield* entriesOf(pendingRevocation);
    }
  };
  return fromEntries(held());
}

/** A member that does not say what it owns may own all of it. */
function ownsAny(partitions: AssignedPartitions, owned: Owned): boolean {
  if (owned === undefined) return true;
  return owned.some(({ topicId, partitions: of }) =>
    of.some((partition) => epochOf(partitions, { topic: topicId, partition }) !== undefined),
  );
}

function withEpoch(member: ConsumerMember, epoch: number): ConsumerMember {
  return { ...member, memberEpoch: epoch, previousMemberEpoch: member.memberEpoch };
}

/** A member that speaks the classic protocol has deadlines for JoinGroup and SyncGroup in place of this one. */
function withRevocationDeadline(member: ConsumerMember, now: number): ConsumerMember {
  const revokes = member.state === "UnrevokedPartitions" && member.classic === undefined;
  return { ...member, revocationDueAt: revokes ? now + member.rebalanceTimeoutMs : undefined };
}
