import { TopicPartitionMap } from "#base/topicPartition.ts";
import type { BufferState } from "#trace/observations/buffer.ts";
import type {
  BatchRejected,
  BatchResolved,
  FetchCompleted,
  GapRecorded,
  PositionReset,
} from "#trace/observations/fetch.ts";
import type { GroupMemberPhase } from "#trace/observations/group.ts";
import type { PositionRemoved, PositionState } from "#trace/observations/position.ts";
import type {
  SessionCallback,
  SessionDelivered,
  SessionEnded,
  SessionGate,
  SessionPollMode,
  SessionStarted,
  SessionState as SessionStateObserved,
} from "#trace/observations/session.ts";
import {
  type BufferHistoryState,
  beforeBufferChange,
  createBufferHistory,
  noteInBuffer,
} from "./bufferHistory.ts";
import { createHoldUps, endHoldUps, foldCallbackSpan, foldGateSpan, type HoldUpsState } from "./holdUps.ts";
import { keepNewest, type Seen } from "./seen.ts";

/** One partition of a session: where it stands and what is buffered. */
export interface SessionPartitionState {
  position: Seen<PositionState> | undefined;
  buffer: Seen<BufferState> | undefined;
  /** When `position.position` last moved. */
  movedAt: number | undefined;
  /** Since when it is paused; undefined while it is not. */
  pausedAt: number | undefined;
}

/** One of our consumers: a debug consumer, or a scripted member of the playground. */
export interface SessionModelState {
  readonly sessionId: string;
  started: Seen<SessionStarted> | undefined;
  state: Seen<SessionStateObserved> | undefined;
  /** When its group first took it: it was answered a JoinGroup, or given an epoch. */
  takenAt: number | undefined;
  /** Since when it, and the scripted member's lives right before it, are refused for the reason of `state.error`. */
  refusedSince: number | undefined;
  pollMode: Seen<SessionPollMode> | undefined;
  /** Whether rebalances are kept away, and whether one waits. */
  gate: Seen<SessionGate> | undefined;
  /** The newest of its rebalance callbacks: running while it has no `endedAt`. */
  callback: Seen<SessionCallback> | undefined;
  delivered: Seen<SessionDelivered> | undefined;
  ended: Seen<SessionEnded> | undefined;
  /** Its newest phase in its group: what it was assigned. */
  phase: Seen<GroupMemberPhase> | undefined;
  partitions: TopicPartitionMap<SessionPartitionState>;
  /** The newest fetch per broker. */
  fetches: Map<number, Seen<FetchCompleted>>;
  /** Batches in the way, at most one per partition. */
  corrupt: TopicPartitionMap<Seen<BatchRejected>>;
  /** What was skipped or lost, newest last. */
  gaps: (Seen<GapRecorded> | Seen<PositionReset>)[];
  droppedGaps: number;
  /** When its application held rebalances up. */
  holdUps: HoldUpsState;
  bufferHistory: BufferHistoryState;
}

const maxGaps = 100;
const maxBrokers = 500;

export function createSession(sessionId: string): SessionModelState {
  return {
    sessionId,
    started: undefined,
    state: undefined,
    takenAt: undefined,
    refusedSince: undefined,
    pollMode: undefined,
    gate: undefined,
    callback: undefined,
    delivered: undefined,
    ended: undefined,
    phase: undefined,
    partitions: new TopicPartitionMap(),
    fetches: new Map(),
    corrupt: new TopicPartitionMap(),
    gaps: [],
    droppedGaps: 0,
    holdUps: createHoldUps(),
    bufferHistory: createBufferHistory(),
  };
}

/** What a session has buffered, over all its partitions. */
export function bufferTotals(session: {
  readonly partitions: {
    values(): Iterable<{ readonly buffer: Seen<BufferState> | undefined }>;
  };
}): {
  readonly records: number;
  readonly bytes: number;
  readonly pausedRecords: number;
  readonly pausedBytes: number;
} {
  const totals = { records: 0, bytes: 0, pausedRecords: 0, pausedBytes: 0 };
  for (const { buffer } of session.partitions.values()) {
    if (!buffer) continue;
    totals.records += buffer.records;
    totals.bytes += buffer.bytes;
    totals.pausedRecords += buffer.pausedRecords;
    totals.pausedBytes += buffer.pausedBytes;
  }
  return totals;
}

const taken: ReadonlySet<SessionStateObserved["membership"]> = new Set(["syncing", "stable", "revoking"]);

/** `before` is the life that a scripted member had before this one. */
export function foldState(
  session: SessionModelState,
  seen: Seen<SessionStateObserved>,
  before: () => SessionModelState | undefined,
): void {
  session.state = seen;
  if (taken.has(seen.membership)) session.takenAt ??= seen.at;
  if (seen.error === undefined) session.refusedSince = undefined;
  else session.refusedSince ??= refusalBefore(seen.error, before()) ?? seen.since;
}

function refusalBefore(error: string, before: SessionModelState | undefined): number | undefined {
  return before?.state?.error === error ? before.refusedSince : undefined;
}

export function foldGate(session: SessionModelState, seen: Seen<SessionGate>): void {
  session.gate = seen;
  foldGateSpan(session.holdUps, seen);
}

export function foldCallback(session: SessionModelState, seen: Seen<SessionCallback>): void {
  session.callback = seen;
  foldCallbackSpan(session.holdUps, seen);
}

export function foldPosition(session: SessionModelState, seen: Seen<PositionState>): void {
  const partition = partitionOf(session, seen);
  const before = partition.position;
  if (before === undefined || before.position !== seen.position) partition.movedAt = seen.at;
  partition.pausedAt = seen.paused ? (partition.pausedAt ?? seen.at) : undefined;
  if ((before?.paused ?? false) !== seen.paused) {
    const { topic, partition: number, at } = seen;
    noteInBuffer(session.bufferHistory, {
      topic,
      partition: number,
      at,
      what: seen.paused ? "pause" : "resume",
    });
  }
  partition.position = seen;
}

export function foldPositionRemoved(session: SessionModelState, seen: Seen<PositionRemoved>): void {
  const removed = session.partitions.get(seen);
  if (removed?.buffer && removed.buffer.records > 0) {
    beforeBufferChange(session.bufferHistory, seen.at, () => bufferTotals(session));
  }
  session.partitions.delete(seen);
  session.corrupt.delete(seen);
}

export function foldBuffer(session: SessionModelState, seen: Seen<BufferState>): void {
  // An empty buffer of a partition that is gone is how it left: it must not bring the row back.
  if (seen.records === 0 && !session.partitions.has(seen)) return;
  beforeBufferChange(session.bufferHistory, seen.at, () => bufferTotals(session));
  partitionOf(session, seen).buffer = seen;
}

export function foldFetch(session: SessionModelState, seen: Seen<FetchCompleted>): void {
  session.fetches.delete(seen.nodeId);
  session.fetches.set(seen.nodeId, seen);
  const oldest = session.fetches.keys().next().value;
  if (session.fetches.size > maxBrokers && oldest !== undefined) session.fetches.delete(oldest);
}

export function foldBatchRejected(session: SessionModelState, seen: Seen<BatchRejected>): void {
  if (seen.action === "skipped") session.corrupt.delete(seen);
  else session.corrupt.set(seen, seen);
}

export function foldBatchResolved(session: SessionModelState, seen: Seen<BatchResolved>): void {
  if (session.corrupt.get(seen)?.baseOffset === seen.baseOffset) session.corrupt.delete(seen);
}

export function foldGap(session: SessionModelState, seen: Seen<GapRecorded> | Seen<PositionReset>): void {
  session.gaps.push(seen);
  session.droppedGaps += keepNewest(session.gaps, maxGaps);
}

/** A session that ended holds nothing any more, whatever it could not tell on its way out. */
export function foldEnded(session: SessionModelState, seen: Seen<SessionEnded>): void {
  beforeBufferChange(session.bufferHistory, seen.at, () => bufferTotals(session));
  session.ended = seen;
  session.gate = undefined;
  session.callback = undefined;
  endHoldUps(session.holdUps, seen.at);
  session.partitions.clear();
  session.corrupt.clear();
}

function partitionOf(
  session: SessionModelState,
  key: { readonly topic: string; readonly partition: number },
): SessionPartitionState {
  let partition = session.partitions.get(key);
  if (!partition) {
    partition = { position: undefined, buffer: undefined, movedAt: undefined, pausedAt: undefined };
    session.partitions.set({ topic: key.topic, partition: key.partition }, partition);
  }
  return partition;
}
