import { compareTopicPartitions, type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { Vantage } from "#trace/observation.ts";
import type { GroupType, ObservedMember } from "#trace/observations/group.ts";
import { committedOf, committedPartitions, hasNothingCommitted } from "./committedOffsets.ts";
import { isOwnNewer, newestOwnFact, stateSeenByMember } from "./groupState.ts";
import { endsWithCommit, goneOf, lagOf, sumLag } from "./lag.ts";
import type { ClusterModel, GroupModel, SessionModel } from "./model.ts";
import { endsOf } from "./partitionEnds.ts";
import { speaksFor } from "./seen.ts";

/** A member of a group, as all vantages together know it. */
export interface MemberView extends ObservedMember {
  /** Set when one of our sessions is this member. */
  readonly session: SessionModel | undefined;
  /** `now`: this is what it has; `last`: what it had when that was last known. */
  readonly assignedKnown: "now" | "last" | "unknown";
}

/** A group, as all vantages together know it: broker over member over sampled. */
export interface GroupView {
  readonly groupId: string;
  readonly groupType: GroupType;
  /** As reported; undefined when it was only listed by a broker that does not say. */
  readonly state: string | undefined;
  readonly stateSince: number | undefined;
  readonly stateBy: Vantage | undefined;
  readonly assignor: string | undefined;
  /** Classic. */
  readonly generationId: number | undefined;
  /** KIP-848. */
  readonly groupEpoch: number | undefined;
  readonly coordinator: string | undefined;
  readonly rebalanceReason: string | undefined;
  readonly members: readonly MemberView[];
  /** False while it was only listed: nobody described it yet. */
  readonly described: boolean;
  /** True when every member's assignment is known for now, so that what is in none of them belongs to nobody. */
  readonly assignmentComplete: boolean;
  /** Who has not rejoined is known: true only where the broker itself, or nobody but ours, tells. */
  readonly saysWhoIsMissing: boolean;
}

/** Merges what the vantages know of a group. */
export function groupView(cluster: ClusterModel, group: GroupModel): GroupView {
  const described = group.byBroker ?? group.bySample;
  const own = newestOwnFact(group);
  const ownIsNewer = isOwnNewer(group, own);
  const groupType = typeOf(group, ownIsNewer);
  const ownState = ownIsNewer ? stateSeenByMember(own) : undefined;
  const members = mergeMembers(cluster, group, ownIsNewer);
  const state = ownState ?? described?.state ?? group.listed?.state;
  return {
    groupId: group.groupId,
    groupType,
    state,
    stateSince: ownState !== undefined ? own?.at : sinceOf(group),
    stateBy: ownState !== undefined ? "member" : described?.vantage,
    assignor: described?.assignor ?? own?.assignor,
    generationId: group.byBroker?.generationId ?? own?.generationId ?? group.bySample?.generationId,
    groupEpoch: described?.groupEpoch,
    coordinator: described?.coordinator,
    rebalanceReason: described?.rebalanceReason ?? (ownIsNewer ? own?.reason : undefined),
    members,
    described: described !== undefined,
    assignmentComplete: members.length > 0 && members.every((member) => member.assignedKnown === "now"),
    saysWhoIsMissing: group.byBroker !== undefined,
  };
}

/** One partition as a group reads it. */
export interface GroupPartitionView extends TopicPartition {
  readonly committedOffset: bigint | undefined;
  /** Known to be so: what begins there begins where its reset policy says. */
  readonly nothingCommitted: boolean;
  readonly committedMetadata: string | undefined;
  readonly committedAt: number | undefined;
  readonly error: string | undefined;
  readonly logStartOffset: bigint | undefined;
  readonly highWatermark: bigint | undefined;
  readonly lag: bigint | undefined;
  /** Of the lag, how many offsets no longer exist. */
  readonly gone: bigint;
  readonly endsError: string | undefined;
}

export function groupPartition(
  cluster: ClusterModel,
  group: GroupModel,
  key: TopicPartition,
): GroupPartitionView {
  const committed = committedOf(group.committed, key);
  const ends = endsWithCommit(endsOf(cluster, key), committed);
  return {
    topic: key.topic,
    partition: key.partition,
    committedOffset: committed?.committedOffset,
    nothingCommitted: hasNothingCommitted(group.committed, key),
    committedMetadata: committed?.metadata,
    committedAt: committed?.at,
    error: committed?.error,
    logStartOffset: ends?.logStartOffset,
    highWatermark: ends?.highWatermark,
    lag: lagOf(committed?.committedOffset, ends),
    gone: goneOf(committed?.committedOffset, ends),
    endsError: cluster.topics.ends.get(key)?.error,
  };
}

/** A sum of lags, and why there is none. */
export interface Lag {
  /** Undefined when nothing of it is known. */
  readonly known: bigint | undefined;
  readonly unknown: number;
  /** Known of every partition. */
  readonly nothingCommitted: boolean;
}

/** The lag of a group over some partitions. */
export function lagOver(cluster: ClusterModel, group: GroupModel, keys: readonly TopicPartition[]): Lag {
  const partitions = keys.map((key) => groupPartition(cluster, group, key));
  return {
    ...sumLag(partitions.map(({ lag }) => lag)),
    nothingCommitted: partitions.length > 0 && partitions.every(({ nothingCommitted }) => nothingCommitted),
  };
}

/** The lag of a group over everything it committed or was assigned. */
export function groupLag(cluster: ClusterModel, group: GroupModel, view: GroupView): Lag {
  const all = new TopicPartitionMap<true>();
  for (const key of committedPartitions(group.committed)) all.set(key, true);
  for (const member of view.members) for (const key of member.assigned ?? []) all.set(key, true);
  return lagOver(cluster, group, [...all.keys()]);
}

/**
 * Partitions that no member has although the group reads their topic; undefined when that cannot be told. A topic
 * counts when a member subscribes to it or has a partition of it: committed offsets alone may be of the past.
 */
export function partitionsOfNobody(
  cluster: ClusterModel,
  view: GroupView,
): readonly TopicPartition[] | undefined {
  if (view.state !== "Stable" || !view.assignmentComplete) return undefined;
  const { topics, owned } = readBy(view.members);
  const nobody: TopicPartition[] = [];
  for (const topic of topics) {
    for (const { partition } of cluster.topics.byName.get(topic)?.partitions ?? []) {
      if (!owned.has({ topic, partition })) nobody.push({ topic, partition });
    }
  }
  return nobody.sort(compareTopicPartitions);
}

function readBy(members: readonly MemberView[]): {
  readonly topics: ReadonlySet<string>;
  readonly owned: TopicPartitionMap<true>;
} {
  const topics = new Set<string>();
  const owned = new TopicPartitionMap<true>();
  for (const member of members) {
    for (const topic of member.subscribedTopics ?? []) topics.add(topic);
    for (const key of member.assigned ?? []) {
      topics.add(key.topic);
      owned.set(key, true);
    }
  }
  return { topics, owned };
}

/** Groups that are there, in no order. */
export function presentGroups(cluster: ClusterModel): readonly GroupModel[] {
  return [...cluster.groups.byId.values()].filter((group) => group.deleted === undefined);
}

/** Groups to show, by name. */
export function visibleGroups(cluster: ClusterModel): readonly GroupModel[] {
  return [...presentGroups(cluster)].sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
}

function typeOf(group: GroupModel, ownIsNewer: boolean): GroupType {
  const said = group.byBroker?.groupType ?? group.bySample?.groupType;
  if (said !== undefined && said !== "unknown") return said;
  if (group.listed && group.listed.groupType !== "unknown") return group.listed.groupType;
  // Our engine joins classic groups only.
  return ownIsNewer ? "classic" : "unknown";
}

function sinceOf(group: GroupModel): number | undefined {
  if (group.byBroker) return group.byBroker.stateSince ?? group.byBroker.at;
  return group.bySample?.stateSince ?? group.sampledStateSince;
}

function mergeMembers(cluster: ClusterModel, group: GroupModel, ownIsNewer: boolean): readonly MemberView[] {
  const described = group.byBroker ?? group.bySample;
  const sessions = sessionsByMemberId(cluster, group);
  const members = (described?.members ?? []).map((member): MemberView => {
    const session = sessions.get(member.memberId);
    sessions.delete(member.memberId);
    const fact = session && group.byMember.get(session.sessionId);
    const factIsNewer = fact !== undefined && described !== undefined && fact.at > speaksFor(described);
    // The broker's word on an assignment stands; a sample's is overwritten by what our own member learnt later.
    if (
      fact &&
      fact.phase === "stable" &&
      (member.assigned === undefined || (factIsNewer && !group.byBroker))
    ) {
      return { ...member, session, assigned: fact.assigned, assignedKnown: "now" };
    }
    return { ...member, session, ...assignmentOf(group, member, ownIsNewer) };
  });
  for (const [memberId, session] of sessions) members.push(ownMember(group, memberId, session));
  return members;
}

function assignmentOf(
  group: GroupModel,
  member: ObservedMember,
  ownIsNewer: boolean,
): Pick<MemberView, "assigned" | "assignedKnown"> {
  const described = group.byBroker ?? group.bySample;
  // A newer rebalance that only our own member saw: what the sample said of the others is the last known, not the present.
  const current =
    described !== undefined && !(ownIsNewer && described.groupType === "classic" && !group.byBroker);
  if (member.assigned !== undefined && current) return { assigned: member.assigned, assignedKnown: "now" };
  const last =
    member.assigned ??
    group.lastAssignment?.shares.find((share) => share.memberId === member.memberId)?.assigned;
  return { assigned: last, assignedKnown: last === undefined ? "unknown" : "last" };
}

/** Sessions of ours that are members now, by their memberId. */
function sessionsByMemberId(cluster: ClusterModel, group: GroupModel): Map<string, SessionModel> {
  const byMemberId = new Map<string, SessionModel>();
  for (const [sessionId, phase] of group.byMember) {
    const session = cluster.sessions.get(sessionId);
    const memberId = phase.memberId;
    const out = phase.phase === "ended" || phase.phase === "fatal" || phase.phase === "unjoined";
    if (session && memberId !== undefined && memberId !== "" && !out) byMemberId.set(memberId, session);
  }
  return byMemberId;
}

/** One of ours that no description names yet. */
function ownMember(group: GroupModel, memberId: string, session: SessionModel): MemberView {
  const phase = group.byMember.get(session.sessionId);
  const stable = phase?.phase === "stable";
  return {
    memberId,
    clientId: phase?.clientId ?? session.started?.clientId ?? "",
    host: "",
    groupInstanceId: session.started?.groupInstanceId,
    assignors: session.started?.assignors,
    subscribedTopics: session.started?.topics,
    assigned: phase?.assigned,
    isLeader: phase?.isLeader,
    session,
    assignedKnown: stable ? "now" : "last",
  };
}
