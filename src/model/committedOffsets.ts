import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { Vantage } from "#trace/observation.ts";
import type { CommitState } from "#trace/observations/commit.ts";
import type { GroupOffsets } from "#trace/observations/group.ts";
import type { DeepReadonly } from "./deepReadonly.ts";
import { type Seen, speaksFor } from "./seen.ts";

/** What a group committed for one partition, as one vantage knows it. */
export interface CommittedEntry {
  readonly committedOffset?: bigint | undefined;
  readonly leaderEpoch?: number | undefined;
  readonly metadata?: string | undefined;
  readonly error?: string | undefined;
  /** The time this speaks for. */
  readonly at: number;
  /** Since when this very offset has been seen, and where the log ended then: what a stall is measured by. */
  readonly sinceAt: number;
  readonly endAtSince?: bigint | undefined;
}

/** Committed offsets of a group: one table per vantage, merged on read. */
export interface CommittedState {
  byVantage: Map<Vantage, { at: number; entries: TopicPartitionMap<CommittedEntry> }>;
}

export function createCommitted(): CommittedState {
  return { byVantage: new Map() };
}

/** A table as read in one go: partitions it does not name have no committed offset. */
export function foldGroupOffsets(
  state: CommittedState,
  seen: Seen<GroupOffsets>,
  endOf: (key: TopicPartition) => bigint | undefined,
): void {
  const at = speaksFor(seen);
  const before = state.byVantage.get(seen.vantage);
  if (before && before.at > at) return;
  const entries = new TopicPartitionMap<CommittedEntry>();
  for (const { topic, partition, committedOffset, leaderEpoch, metadata, error } of seen.offsets) {
    const key = { topic, partition };
    const known = before?.entries.get(key);
    // An error tells nothing of the offset: what was known stays, marked.
    const offset = committedOffset ?? (error === undefined ? undefined : known?.committedOffset);
    entries.set(key, {
      ...sinceOf(known, offset, { at, end: endOf(key) }),
      leaderEpoch,
      metadata,
      error,
      at,
    });
  }
  state.byVantage.set(seen.vantage, { at, entries });
}

/** A commit that succeeded is a fact about each of its partitions. */
export function foldCommitted(
  state: CommittedState,
  seen: Seen<CommitState>,
  endOf: (key: TopicPartition) => bigint | undefined,
): void {
  const answered =
    seen.state === "settled" && (seen.outcome === "committed" || seen.lateAnswer !== undefined);
  if (!answered || (seen.lateAnswer !== undefined && seen.lateAnswer.error !== undefined)) return;
  let table = state.byVantage.get(seen.vantage);
  if (!table) {
    table = { at: seen.at, entries: new TopicPartitionMap() };
    state.byVantage.set(seen.vantage, table);
  }
  for (const { topic, partition, to, error } of seen.offsets) {
    if (error !== undefined && error !== "NONE") continue;
    const key = { topic, partition };
    const known = table.entries.get(key);
    table.entries.set(key, { ...sinceOf(known, to, { at: seen.at, end: endOf(key) }), at: seen.at });
  }
}

/**
 * What the group committed there: the broker's own word first, then the later of what a member was answered and what
 * a sample asked for afterwards.
 */
export function committedOf(
  state: DeepReadonly<CommittedState> | undefined,
  key: TopicPartition,
): CommittedEntry | undefined {
  const entry = (vantage: Vantage) => state?.byVantage.get(vantage)?.entries.get(key);
  const broker = entry("broker");
  if (broker) return broker;
  const member = entry("member");
  const sampled = entry("sampled");
  if (!member || !sampled) return member ?? sampled;
  return sampled.at > member.at ? sampled : member;
}

/** The group's offsets were read in one go, and there is none for the partition: that is known, not unknown. */
export function hasNothingCommitted(
  state: DeepReadonly<CommittedState> | undefined,
  key: TopicPartition,
): boolean {
  if (!state?.byVantage.has("sampled")) return false;
  const committed = committedOf(state, key);
  return committed?.committedOffset === undefined && committed?.error === undefined;
}

/** Every partition that some vantage knows a committed offset (or an error) of. */
export function committedPartitions(state: DeepReadonly<CommittedState> | undefined): TopicPartition[] {
  const all = new TopicPartitionMap<true>();
  for (const table of state?.byVantage.values() ?? []) {
    for (const key of table.entries.keys()) all.set(key, true);
  }
  return [...all.keys()];
}

function sinceOf(
  known: CommittedEntry | undefined,
  committedOffset: bigint | undefined,
  now: { readonly at: number; readonly end: bigint | undefined },
): Pick<CommittedEntry, "committedOffset" | "sinceAt" | "endAtSince"> {
  if (known && known.committedOffset === committedOffset) {
    return { committedOffset, sinceAt: known.sinceAt, endAtSince: known.endAtSince ?? now.end };
  }
  return { committedOffset, sinceAt: now.at, endAtSince: now.end };
}
