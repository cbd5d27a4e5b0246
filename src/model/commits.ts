import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { CommitBlock, CommitState } from "#trace/observations/commit.ts";
import { keepNewest, type Seen } from "./seen.ts";

/** One commit with what it went through; `latest` carries the newest state. */
export interface CommitRecord {
  /** For people: counted per group, in order of arrival. Sources use ids of their own. */
  readonly number: number;
  latest: Seen<CommitState>;
  /** Everything that kept it waiting, oldest first. */
  blocks: CommitBlock[];
  /** When each state was first seen. */
  times: { state: CommitState["state"]; at: number }[];
}

/** The commits of a group: those that wait, and the newest of those that are settled. */
export interface CommitsState {
  /** By source, then by commitId, which is unique within its source only. */
  open: Map<string, Map<string, CommitRecord>>;
  settled: CommitRecord[];
  droppedSettled: number;
  nextNumber: number;
}

/**
 * Of a group: ten minutes of a few members that commit every 2 s. It is about half a megabyte, which every keyframe
 * repeats, and writing one holds everybody up.
 */
export const maxSettledCommits = 1_000;
/** What one source tells may come so much later than what another told of the same time. */
const lateMs = 60_000;
const maxRememberedOffsets = 20_000;
const maxOpenPerSource = 500;
const maxBlocks = 16;

export function createCommits(): CommitsState {
  return { open: new Map(), settled: [], droppedSettled: 0, nextNumber: 1 };
}

/**
 * Takes in a commit's newest state; a settled one that hears of its broker's late answer is found again.
 * `committedNow` fills in what was committed before, where the source does not say.
 */
export function foldCommit(
  state: CommitsState,
  observed: Seen<CommitState>,
  committedNow: (key: TopicPartition) => bigint | undefined,
): void {
  const seen = withFrom(observed, findCommit(state, observed), committedNow);
  const open = state.open.get(seen.sourceId);
  const record = open?.get(seen.commitId) ?? findSettled(state, seen);
  if (record) {
    // A settled commit stays settled: whatever comes late is news about it only when it is settled too.
    if (record.latest.state === "settled" && seen.state !== "settled") return;
    record.latest = seen;
  }
  const kept = record ?? { number: state.nextNumber++, latest: seen, blocks: [], times: [] };
  if (kept.times.at(-1)?.state !== seen.state) kept.times.push({ state: seen.state, at: seen.stateSince });
  keepNewest(kept.times, maxBlocks);
  noteBlock(kept, seen.blocked);

  if (seen.state !== "settled") {
    openOf(state, seen.sourceId).set(seen.commitId, kept);
    shedOpen(state, seen.sourceId);
    return;
  }
  const wasOpen = open?.delete(seen.commitId) ?? false;
  if (open?.size === 0) state.open.delete(seen.sourceId);
  if (wasOpen || !record) settle(state, kept);
}

/** The commits of a session that is no more cannot be waited for: they end with it. */
export function endCommitsOf(state: CommitsState, sessionId: string, at: number): void {
  for (const [sourceId, commits] of state.open) {
    for (const [commitId, record] of commits) {
      if (record.latest.sessionId !== sessionId) continue;
      commits.delete(commitId);
      record.latest = {
        ...record.latest,
        state: "settled",
        stateSince: at,
        outcome: "cancelled",
        message: "The debug consumer ended before the commit was answered.",
      };
      settle(state, record);
    }
    if (commits.size === 0) state.open.delete(sourceId);
  }
}

/** The commit, waiting or settled, or undefined when it is no longer kept. */
export function findCommit(
  state: {
    readonly open: ReadonlyMap<string, ReadonlyMap<string, CommitView>>;
    readonly settled: readonly CommitView[];
  },
  key: { readonly sourceId: string; readonly commitId: string; readonly queuedAt?: number },
): CommitView | undefined {
  return state.open.get(key.sourceId)?.get(key.commitId) ?? findSettled(state, key);
}

/** A commit as a reader sees it. */
export interface CommitView {
  readonly number: number;
  readonly latest: Seen<CommitState>;
  readonly blocks: readonly CommitBlock[];
  readonly times: readonly { readonly state: CommitState["state"]; readonly at: number }[];
}

/** The newest first, and only as far back as it can be: what was settled before it was queued is another one. */
function findSettled<T extends CommitView>(
  { settled }: { readonly settled: readonly T[] },
  key: { readonly sourceId: string; readonly commitId: string; readonly queuedAt?: number },
): T | undefined {
  const earliest = (key.queuedAt ?? Number.NEGATIVE_INFINITY) - lateMs;
  for (let index = settled.length - 1; index >= 0; index--) {
    const commit = settled[index];
    if (!commit || commit.latest.stateSince < earliest) return undefined;
    if (commit.latest.commitId === key.commitId && commit.latest.sourceId === key.sourceId) return commit;
  }
  return undefined;
}

function withFrom(
  seen: Seen<CommitState>,
  before: CommitView | undefined,
  committedNow: (key: TopicPartition) => bigint | undefined,
): Seen<CommitState> {
  if (seen.offsets.every(({ from }) => from !== undefined)) return seen;
  const known = new TopicPartitionMap<bigint | undefined>();
  for (const offset of before?.latest.offsets ?? []) known.set(offset, offset.from);
  const offsets = seen.offsets.map((offset) => ({
    ...offset,
    from: offset.from ?? (before ? known.get(offset) : committedNow(offset)),
  }));
  return { ...seen, offsets };
}

function openOf(state: CommitsState, sourceId: string): Map<string, CommitRecord> {
  let commits = state.open.get(sourceId);
  if (!commits) {
    commits = new Map();
    state.open.set(sourceId, commits);
  }
  return commits;
}

/** A source that never settles what it opens must not fill memory. */
function shedOpen(state: CommitsState, sourceId: string): void {
  const commits = state.open.get(sourceId);
  const oldest = commits?.keys().next().value;
  if (!commits || oldest === undefined || commits.size <= maxOpenPerSource) return;
  commits.delete(oldest);
  state.droppedSettled += 1;
}

function settle(state: CommitsState, record: CommitRecord): void {
  state.settled.push(record);
  state.droppedSettled += keepNewest(state.settled, maxSettledCommits);
  let offsets = state.settled.reduce((sum, { latest }) => sum + latest.offsets.length, 0);
  while (offsets > maxRememberedOffsets && state.settled.length > 1) {
    offsets -= state.settled.shift()?.latest.offsets.length ?? 0;
    state.droppedSettled += 1;
  }
}

function noteBlock(record: CommitRecord, block: CommitBlock | undefined): void {
  if (block === undefined) return;
  const last = record.blocks.at(-1);
  if (last && last.by === block.by && last.since === block.since) record.blocks.pop();
  record.blocks.push(block);
  keepNewest(record.blocks, maxBlocks);
}
