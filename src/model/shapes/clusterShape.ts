import { isJsonObject } from "#base/json.ts";
import type { RecorderMerged } from "#trace/observations/recorder.ts";
import { topic, wrongClock } from "#trace/shapes/clusterShapes.ts";
import { topicPartition } from "#trace/shapes/groupShapes.ts";
import { seenShape } from "#trace/shapes/observationShapes.ts";
import {
  instant,
  list,
  number,
  object,
  offset,
  oneOf,
  optional,
  type Shape,
  ShapeError,
  string,
} from "#trace/shapes/shape.ts";
import type { BufferHistoryState, BufferNote, BufferPoint } from "../bufferHistory.ts";
import type { CallbackSpan, GateSpan, HoldUpsState } from "../holdUps.ts";
import type { ClusterState } from "../model.ts";
import type { FaultHold, FaultState, PlaygroundState } from "../playgroundRun.ts";
import type { Seen } from "../seen.ts";
import type { SessionModelState, SessionPartitionState } from "../sessions.ts";
import type { SampledEnds, TopicsState } from "../topics.ts";
import { map, topicPartitionMap } from "./collections.ts";
import { groupsShape } from "./groupShape.ts";

const gap: Shape<SessionModelState["gaps"][number]> = (value) => {
  if (!isJsonObject(value)) throw new ShapeError("a gap");
  return value["type"] === "fetch.gap"
    ? seenShape("fetch.gap")(value)
    : seenShape("fetch.positionReset")(value);
};

const callbackKind = oneOf("assigned", "revoked", "lost");

const holdUps = object<HoldUpsState>({
  gates: list(
    object<GateSpan>({
      fromAt: instant,
      toAt: optional(instant),
      records: optional(number),
      waitedSince: optional(instant),
      reason: optional(string),
      callbackWaited: optional(
        object<NonNullable<GateSpan["callbackWaited"]>>({ callback: callbackKind, since: instant }),
      ),
    }),
  ),
  callbacks: list(
    object<CallbackSpan>({
      callback: callbackKind,
      partitions: list(topicPartition),
      fromAt: instant,
      toAt: optional(instant),
      error: optional(string),
    }),
  ),
});

const session = object<SessionModelState>({
  sessionId: string,
  started: optional(seenShape("session.started")),
  state: optional(seenShape("session.state")),
  takenAt: optional(instant),
  refusedSince: optional(instant),
  pollMode: optional(seenShape("session.pollMode")),
  gate: optional(seenShape("session.gate")),
  callback: optional(seenShape("session.callback")),
  delivered: optional(seenShape("session.delivered")),
  ended: optional(seenShape("session.ended")),
  phase: optional(seenShape("group.memberPhase")),
  partitions: topicPartitionMap(
    object<SessionPartitionState>({
      position: optional(seenShape("position.state")),
      buffer: optional(seenShape("buffer.state")),
      movedAt: optional(instant),
      pausedAt: optional(instant),
    }),
  ),
  fetches: map(number, seenShape("fetch.completed")),
  corrupt: topicPartitionMap(seenShape("fetch.batchRejected")),
  gaps: list(gap),
  droppedGaps: number,
  holdUps,
  bufferHistory: object<BufferHistoryState>({
    points: list(object<BufferPoint>({ at: instant, records: number, pausedRecords: number, bytes: number })),
    notes: list(
      object<BufferNote>({ at: instant, what: oneOf("pause", "resume"), topic: string, partition: number }),
    ),
    changedAt: optional(instant),
  }),
});

const fault = object<FaultState>({
  latest: seenShape("broker.fault"),
  segments: list(object<FaultState["segments"][number]>({ fromAt: instant, toAt: optional(instant) })),
  hold: optional(object<FaultHold>({ fromAt: instant, toAt: optional(instant), longestMs: number })),
});

const playground = object<PlaygroundState>({
  started: optional(seenShape("broker.started")),
  stopped: optional(seenShape("broker.stopped")),
  faults: map(string, fault),
  pastFaults: list(fault),
  workloads: map(string, seenShape("broker.workload")),
  troubles: list(seenShape("broker.trouble")),
  nodesDown: list(number),
  // Keyframes of before they were told have none.
  wrongClocks: (value) => (value === undefined ? [] : list(wrongClock)(value)),
  dropped: optional(seenShape("broker.dropped")),
  transactions: map(string, seenShape("broker.transaction")),
  brokenInvariants: list(seenShape("broker.invariant")),
  brokenDeliveries: list(seenShape("broker.delivery")),
  // Keyframes of before it was told have none.
  members: (value) => (value === undefined ? new Map() : map(string, seenShape("broker.member"))(value)),
  clock: optional(seenShape("broker.clock")),
});

const topics = object<TopicsState>({
  listed: optional(seenShape("cluster.topics")),
  byName: map(string, topic),
  ends: topicPartitionMap(
    object<SampledEnds>({
      requestedAt: instant,
      logStartOffset: optional(offset),
      highWatermark: optional(offset),
      lastStableOffset: optional(offset),
      error: optional(string),
    }),
  ),
});

export const clusterShape = object<ClusterState>({
  clusterId: string,
  lastAt: instant,
  profile: optional(seenShape("cluster.profile")),
  connection: optional(seenShape("cluster.connection")),
  unreachableSince: optional(instant),
  failures: map(oneOf("topics", "groups", "offsets"), seenShape("cluster.failed")),
  topics,
  groups: groupsShape,
  sessions: map(string, session),
  playground,
  merged: map(
    string,
    object<{ readonly count: number; readonly latest: Seen<RecorderMerged> }>({
      count: number,
      latest: seenShape("recorder.merged"),
    }),
  ),
});
