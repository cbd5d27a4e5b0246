import type { TopicPartition } from "#base/topicPartition.ts";
import type {
  GroupDeleted,
  GroupDescribed,
  GroupFailed,
  GroupListed,
  GroupMemberPhase,
  GroupOffsets,
} from "#trace/observations/group.ts";
import { type CommitsState, createCommits } from "./commits.ts";
import { type CommittedState, createCommitted, foldGroupOffsets } from "./committedOffsets.ts";
import type { MemberShare } from "./generations.ts";
import {
  createRebalanceHistory,
  foldDescribedHistory,
  foldMemberPhaseHistory,
  type RebalanceHistoryState,
} from "./rebalanceHistory.ts";
import { type Seen, speaksFor } from "./seen.ts";

/** Who was assigned what when everyone's assignment was last known. */
export interface KnownAssignment {
  readonly at: number;
  readonly generationId: number | undefined;
  readonly shares: readonly MemberShare[];
}

/** A time in which not everyone in a group had an assignment, over as many rebalances as it took. */
export interface Unrest {
  readonly since: number;
  /** Since when everyone has one; undefined while somebody has none. */
  calmSince: number | undefined;
}

/** A group, one sub-state per vantage; `groupView` merges them. */
export interface GroupState {
  readonly groupId: string;
  listed: (GroupListed["groups"][number] & { readonly requestedAt: number }) | undefined;
  byBroker: Seen<GroupDescribed> | undefined;
  bySample: Seen<GroupDescribed> | undefined;
  /** Since when samples show the state they show. */
  sampledStateSince: number | undefined;
  /** The newest phase of each of our sessions in it. */
  byMember: Map<string, Seen<GroupMemberPhase>>;
  lastAssignment: KnownAssignment | undefined;
  committed: CommittedState;
  failures: Map<GroupFailed["what"], Seen<GroupFailed>>;
  deleted: { readonly at: number; readonly how: "deleted" | "notListed" } | undefined;
  /** Total lag as known at a few moments, for the trend. */
  lagSamples: { readonly at: number; readonly lag: bigint }[];
  rebalances: RebalanceHistoryState | undefined;
  /** The newest, over or not. */
  unrest: Unrest | undefined;
  commits: CommitsState | undefined;
}

/** The groups of one cluster. */
export interface GroupsState {
  byId: Map<string, GroupState>;
  listedAt: number | undefined;
  missing: GroupListed["missing"];
}

const maxDeleted = 100;

export function createGroups(): GroupsState {
  return { byId: new Map(), listedAt: undefined, missing: [] };
}

export function groupIn(groups: GroupsState, groupId: string): GroupState {
  let group = groups.byId.get(groupId);
  if (!group) {
    group = {
      groupId,
      listed: undefined,
      byBroker: undefined,
      bySample: undefined,
      sampledStateSince: undefined,
      byMember: new Map(),
      lastAssignment: undefined,
      committed: createCommitted(),
      failures: new Map(),
      deleted: undefined,
      lagSamples: [],
      rebalances: undefined,
      unrest: undefined,
      commits: undefined,
    };
    groups.byId.set(groupId, group);
  }
  return group;
}

export function commitsOf(group: GroupState): CommitsState {
  group.commits ??= createCommits();
  return group.commits;
}

/** All groups as one listing says; whoever is not named is gone, unless a broker did not answer or a later fact says otherwise. */
export function foldListed(groups: GroupsState, seen: Seen<GroupListed>): void {
  if (groups.listedAt !== undefined && groups.listedAt > seen.requestedAt) return;
  groups.listedAt = seen.requestedAt;
  groups.missing = seen.missing;
  const named = new Set<string>();
  for (const listed of seen.groups) {
    named.add(listed.groupId);
    const group = groupIn(groups, listed.groupId);
    if (isDeletedAfter(group, seen.requestedAt)) continue;
    group.deleted = undefined;
    group.listed = { ...listed, requestedAt: seen.requestedAt };
  }
  if (seen.missing.length > 0) return;
  for (const group of groups.byId.values()) {
    if (named.has(group.groupId) || group.deleted || newestFact(group) > seen.requestedAt) continue;
    markDeleted(groups, group, { at: seen.at, how: "notListed" });
  }
}

export function foldDescribed(groups: GroupsState, seen: Seen<GroupDescribed>): void {
  const group = groupIn(groups, seen.groupId);
  const asked = speaksFor(seen);
  if (isDeletedAfter(group, asked)) return;
  if (seen.vantage === "sampled") {
    if (group.bySample && speaksFor(group.bySample) > asked) return;
    if (group.bySample?.state !== seen.state) group.sampledStateSince = seen.stateSince ?? asked;
    group.bySample = seen;
  } else {
    group.byBroker = seen;
  }
  group.deleted = undefined;
  group.failures.delete("describe");
  rememberAssignment(group, seen);
  group.rebalances ??= createRebalanceHistory(seen.at);
  foldDescribedHistory(group.rebalances, seen);
}

export function foldMemberPhase(groups: GroupsState, seen: Seen<GroupMemberPhase>): void {
  const group = groupIn(groups, seen.groupId);
  group.deleted = undefined;
  group.byMember.set(seen.sessionId, seen);
  group.rebalances ??= createRebalanceHistory(seen.at);
  foldMemberPhaseHistory(group.rebalances, seen);
  if (seen.assignments && seen.phase === "stable") {
    const shares = seen.assignments.map((share) => ({ clientId: "", ...share }));
    group.lastAssignment = { at: seen.at, generationId: seen.generationId, shares };
  }
}

export function foldOffsetsOfGroup(
  groups: GroupsState,
  seen: Seen<GroupOffsets>,
  endOf: (key: TopicPartition) => bigint | undefined,
): GroupState | undefined {
  const group = groupIn(groups, seen.groupId);
  if (isDeletedAfter(group, speaksFor(seen))) return undefined;
  group.failures.delete("offsets");
  foldGroupOffsets(group.committed, seen, endOf);
  return group;
}

export function foldGroupFailed(groups: GroupsState, seen: Seen<GroupFailed>): void {
  groupIn(groups, seen.groupId).failures.set(seen.what, seen);
}

export function foldGroupDeleted(groups: GroupsState, seen: Seen<GroupDeleted>): void {
  const group = groups.byId.get(seen.groupId);
  if (group) markDeleted(groups, group, { at: seen.at, how: "deleted" });
}

/** A playground keeps its groups in memory: they end with it. */
export function endAllGroups(groups: GroupsState, at: number): void {
  for (const group of [...groups.byId.values()]) {
    if (!group.deleted) markDeleted(groups, group, { at, how: "deleted" });
  }
  groups.listedAt = undefined;
  groups.missing = [];
}

function isDeletedAfter(group: GroupState, requestedAt: number): boolean {
  return group.deleted !== undefined && group.deleted.at > requestedAt;
}

/** Its history stays, so that a panel on it can say what happened; what it held does not. */
function markDeleted(
  groups: GroupsState,
  group: GroupState,
  deleted: NonNullable<GroupState["deleted"]>,
): void {
  group.deleted = deleted;
  group.listed = undefined;
  group.byBroker = undefined;
  group.bySample = undefined;
  group.lastAssignment = undefined;
  group.committed = createCommitted();
  group.failures.clear();
  group.lagSamples = [];
  group.unrest = undefined;
  const gone = [...groups.byId.values()].filter((other) => other.deleted);
  gone.sort((a, b) => (a.deleted?.at ?? 0) - (b.deleted?.at ?? 0));
  for (const oldest of gone.slice(0, Math.max(0, gone.length - maxDeleted)))
    groups.byId.delete(oldest.groupId);
}

function newestFact(group: GroupState): number {
  let newest = group.listed?.requestedAt ?? 0;
  if (group.byBroker) newest = Math.max(newest, group.byBroker.at);
  if (group.bySample) newest = Math.max(newest, speaksFor(group.bySample));
  for (const phase of group.byMember.values()) {
    if (phase.phase !== "ended" && phase.phase !== "fatal") newest = Math.max(newest, phase.at);
  }
  for (const table of group.committed.byVantage.values()) newest = Math.max(newest, table.at);
  return newest;
}

function rememberAssignment(group: GroupState, seen: Seen<GroupDescribed>): void {
  if (seen.groupType === "classic" && seen.state !== "Stable") return;
  const shares: MemberShare[] = [];
  for (const { memberId, clientId, assigned } of seen.members) {
    if (assigned === undefined) return;
    shares.push({ memberId, clientId, assigned });
  }
  if (shares.length === 0) return;
  const at = speaksFor(seen);
  if (group.lastAssignment && group.lastAssignment.at > at) return;
  group.lastAssignment = { at, generationId: seen.groupEpoch ?? seen.generationId, shares };
}
