import type { BufferState } from "../observations/buffer.ts";
import type { CommitBlock, CommitState } from "../observations/commit.ts";
import type {
  BatchRejected,
  BatchResolved,
  FetchCompleted,
  GapRecorded,
  PositionReset,
} from "../observations/fetch.ts";
import type { PositionRemoved, PositionState } from "../observations/position.ts";
import type {
  PollMode,
  SessionCallback,
  SessionDelivered,
  SessionEnded,
  SessionGate,
  SessionPollMode,
  SessionStarted,
  SessionState,
  StartOption,
  WaitingCallback,
} from "../observations/session.ts";
import { membershipState, topicPartition } from "./groupShapes.ts";
import {
  boolean,
  instant,
  list,
  number,
  object,
  offset,
  oneOf,
  optional,
  type Shape,
  string,
} from "./shape.ts";

const sessionPartition = { sessionId: string, topic: string, partition: number };

export const sessionStarted = object<SessionStarted>({
  type: oneOf("session.started"),
  sessionId: string,
  name: string,
  clientId: string,
  groupId: optional(string),
  groupInstanceId: optional(string),
  topics: list(string),
  topicPattern: optional(string),
  directPartitions: optional(list(topicPartition)),
  assignors: list(string),
  isolation: oneOf("read_uncommitted", "read_committed"),
  startPosition: string,
  corruptBatchPolicy: oneOf("halt", "skip", "retry"),
  pausedBuffer: optional(oneOf("retain", "discard")),
  maxBufferedRecords: number,
  maxBufferedBytes: number,
  options: optional(list(object<StartOption>({ name: string, text: string }))),
  scripted: boolean,
  script: optional(string),
});

export const sessionState = object<SessionState>({
  type: oneOf("session.state"),
  sessionId: string,
  membership: membershipState,
  since: instant,
  memberId: optional(string),
  generationId: optional(number),
  memberEpoch: optional(number),
  groupProtocol: optional(oneOf("classic", "consumer")),
  fallbackReason: optional(string),
  assignor: optional(string),
  coordinator: optional(string),
  reason: optional(string),
  error: optional(string),
  notPolledSince: optional(instant),
});

const callbackKind = oneOf("assigned", "revoked", "lost");

export const sessionGate = object<SessionGate>({
  type: oneOf("session.gate"),
  sessionId: string,
  held: boolean,
  heldSince: optional(instant),
  records: optional(number),
  waitingSince: optional(instant),
  reason: optional(string),
  callbackWaits: optional(
    object<WaitingCallback>({ since: instant, callback: callbackKind, partitions: list(topicPartition) }),
  ),
  announcedAt: optional(instant),
  evictedAt: optional(instant),
});

export const sessionCallback = object<SessionCallback>({
  type: oneOf("session.callback"),
  sessionId: string,
  callback: callbackKind,
  partitions: list(topicPartition),
  startedAt: instant,
  endedAt: optional(instant),
  error: optional(string),
});

const pollMode: Shape<PollMode> = object<{
  readonly mode: PollMode["mode"];
  readonly recordsPerSecond?: number | undefined;
}>({ mode: oneOf("hold", "flow"), recordsPerSecond: optional(number) });

export const sessionPollMode = object<SessionPollMode>({
  type: oneOf("session.pollMode"),
  sessionId: string,
  pollMode,
});

export const sessionDelivered = object<SessionDelivered>({
  type: oneOf("session.delivered"),
  sessionId: string,
  records: number,
  bytes: number,
});

export const sessionEnded = object<SessionEnded>({
  type: oneOf("session.ended"),
  sessionId: string,
  reason: oneOf("stopped", "failed", "workerDied", "clusterRemoved"),
  message: optional(string),
  couldNot: list(string),
});

export const positionState = object<PositionState>({
  type: oneOf("position.state"),
  ...sessionPartition,
  state: oneOf("loading", "fetching", "errored"),
  paused: boolean,
  position: optional(offset),
  fetchPosition: optional(offset),
  committedOffset: optional(offset),
  highWatermark: optional(offset),
  lastStableOffset: optional(offset),
  logStartOffset: optional(offset),
  leaderId: optional(number),
  leaderEpoch: optional(number),
  readReplicaId: optional(number),
  highWatermarkAtPause: optional(offset),
  error: optional(object<NonNullable<PositionState["error"]>>({ code: string, message: string })),
});

export const positionRemoved = object<PositionRemoved>({
  type: oneOf("position.removed"),
  ...sessionPartition,
  reason: oneOf("revoked", "lost", "closed", "unsubscribed"),
});

export const bufferState = object<BufferState>({
  type: oneOf("buffer.state"),
  ...sessionPartition,
  records: number,
  bytes: number,
  batches: number,
  pausedRecords: number,
  pausedBytes: number,
  released: optional(
    object<NonNullable<BufferState["released"]>>({
      reason: oneOf("polled", "revoked", "lost", "seeked", "closed", "rejected", "purged", "discarded"),
      records: number,
      bytes: number,
    }),
  ),
});

export const fetchCompleted = object<FetchCompleted>({
  type: oneOf("fetch.completed"),
  sessionId: string,
  nodeId: number,
  partitionsAsked: number,
  partitionsAnswered: number,
  bytes: number,
  tookMs: number,
  throttleTimeMs: number,
  fetchSessionId: optional(number),
  error: optional(string),
});

export const batchRejected = object<BatchRejected>({
  type: oneOf("fetch.batchRejected"),
  ...sessionPartition,
  cause: oneOf(
    "length",
    "magic",
    "crc",
    "codecUnknown",
    "decompression",
    "recordCount",
    "recordLayout",
    "offsets",
    "bomb",
    "reported",
  ),
  message: string,
  baseOffset: offset,
  lastOffset: optional(offset),
  nextSafeOffset: optional(offset),
  boundsTrusted: boolean,
  boundsReason: string,
  recordCount: optional(number),
  sizeInBytes: optional(number),
  compression: optional(string),
  leaderEpoch: optional(number),
  crcStored: optional(number),
  crcComputed: optional(number),
  bytesId: optional(string),
  action: oneOf("halted", "skipped", "retrying"),
  attempt: optional(number),
  attempts: optional(number),
  readFrom: optional(number),
});

export const batchResolved = object<BatchResolved>({
  type: oneOf("fetch.batchResolved"),
  ...sessionPartition,
  baseOffset: offset,
  how: oneOf("skipped", "readable", "seeked", "revoked", "closed"),
});

export const gapRecorded = object<GapRecorded>({
  type: oneOf("fetch.gap"),
  ...sessionPartition,
  reason: oneOf("corruptBatch", "userSkip"),
  fromOffset: optional(offset),
  toOffset: offset,
});

export const positionReset = object<PositionReset>({
  type: oneOf("fetch.positionReset"),
  ...sessionPartition,
  cause: oneOf("outOfRange", "noCommittedOffset", "truncation", "topicRecreated"),
  policy: string,
  fromOffset: optional(offset),
  toOffset: offset,
  lostRecords: optional(offset),
  lostFromOffset: optional(offset),
  lostToOffset: optional(offset),
  deliveredRecords: optional(offset),
  skippedRecords: optional(offset),
});

const blockReason = oneOf(
  "joinInFlight",
  "syncInFlight",
  "notJoined",
  "heartbeatInFlight",
  "earlierCommit",
  "coordinatorUnknown",
  "coordinatorLoading",
  "throttled",
  "gateHeld",
  "callbackRunning",
  "notPolled",
);
const blockedBy = object<{ readonly by: CommitBlock["by"] }>({ by: blockReason });
const earlierCommit = object<Extract<CommitBlock, { readonly by: "earlierCommit" }>>({
  by: oneOf("earlierCommit"),
  since: instant,
  commitId: string,
});
const throttled = object<Extract<CommitBlock, { readonly by: "throttled" }>>({
  by: oneOf("throttled"),
  since: instant,
  untilAt: instant,
});
const since = object<{ readonly since: number }>({ since: instant });

export const commitBlock: Shape<CommitBlock> = (value) => {
  const { by } = blockedBy(value);
  if (by === "earlierCommit") return earlierCommit(value);
  if (by === "throttled") return throttled(value);
  return { by, ...since(value) };
};

export const commitState = object<CommitState>({
  type: oneOf("commit.state"),
  commitId: string,
  groupId: string,
  sessionId: optional(string),
  memberId: optional(string),
  clientId: optional(string),
  generationId: optional(number),
  trigger: oneOf("user", "auto", "revoke", "close", "foreign"),
  state: oneOf("queued", "blocked", "inFlight", "settled"),
  offsets: list(
    object<CommitState["offsets"][number]>({
      topic: string,
      partition: number,
      from: optional(offset),
      to: offset,
      error: optional(string),
    }),
  ),
  queuedAt: instant,
  stateSince: instant,
  sentAt: optional(instant),
  deadlineAt: optional(instant),
  blocked: optional(commitBlock),
  outcome: optional(oneOf("committed", "failed", "cancelled", "deadlinePassed", "released")),
  error: optional(string),
  message: optional(string),
  lateAnswer: optional(
    object<NonNullable<CommitState["lateAnswer"]>>({ at: instant, error: optional(string) }),
  ),
  heldByFaultId: optional(string),
});
