import type { TopicPartition } from "#base/topicPartition.ts";
import { type ClusterModel, createModel, fold, type GroupModel, type ModelState } from "#model/model.ts";
import type { Envelope, Observation, ObservationBody } from "#trace/observation.ts";
import type { CommitState } from "#trace/observations/commit.ts";
import type { BatchRejected } from "#trace/observations/fetch.ts";
import type { GroupDescribed, GroupMemberPhase, ObservedMember } from "#trace/observations/group.ts";
import type { PositionState } from "#trace/observations/position.ts";
import type { SessionStarted } from "#trace/observations/session.ts";

/** An observation for tests, with an envelope that says only what matters. */
export function seen(at: number, body: ObservationBody, envelope: Partial<Envelope> = {}): Observation {
  return { seq: 0, at, sourceId: "source", clusterId: "c1", vantage: "member", ...envelope, ...body };
}

export const byBroker: Partial<Envelope> = { vantage: "broker", sourceId: "playground" };
export const bySample: Partial<Envelope> = { vantage: "sampled", sourceId: "observer" };

export function modelOf(...observations: readonly Observation[]): ModelState {
  const model = createModel();
  for (const [seq, observation] of observations.entries()) fold(model, { ...observation, seq });
  return model;
}

export function clusterOf(model: ModelState, clusterId = "c1"): ClusterModel {
  const cluster = model.clusters.get(clusterId);
  if (!cluster) throw new Error(`no cluster ${clusterId}`);
  return cluster;
}

export function groupOf(model: ModelState, groupId = "billing"): GroupModel {
  const group = clusterOf(model).groups.byId.get(groupId);
  if (!group) throw new Error(`no group ${groupId}`);
  return group;
}

/** `tp("orders", 0, 1)`: partitions of one topic. */
export function tp(topic: string, ...partitions: readonly number[]): readonly TopicPartition[] {
  return partitions.map((partition) => ({ topic, partition }));
}

export function member(memberId: string, rest: Partial<ObservedMember> = {}): ObservedMember {
  return { memberId, clientId: memberId.replace(/-[0-9a-f]*$/, ""), host: "/10.0.0.7", ...rest };
}

export function described(rest: Partial<GroupDescribed> = {}): GroupDescribed {
  return {
    type: "group.described",
    groupId: "billing",
    groupType: "classic",
    state: "Stable",
    members: [],
    ...rest,
  };
}

export function started(rest: Partial<SessionStarted> = {}): SessionStarted {
  return {
    type: "session.started",
    sessionId: "s1",
    name: "A",
    clientId: "groupscope-A",
    groupId: "billing",
    topics: ["orders"],
    assignors: ["cooperative-sticky"],
    isolation: "read_uncommitted",
    startPosition: "committed, else start",
    corruptBatchPolicy: "halt",
    maxBufferedRecords: 500,
    maxBufferedBytes: 1_000_000,
    scripted: false,
    ...rest,
  };
}

export function phase(rest: Partial<GroupMemberPhase> = {}): GroupMemberPhase {
  return {
    type: "group.memberPhase",
    groupId: "billing",
    sessionId: "s1",
    memberId: "groupscope-A-1",
    clientId: "groupscope-A",
    phase: "stable",
    assigned: [],
    revoked: [],
    lost: [],
    ...rest,
  };
}

export function position(partition: number, rest: Partial<PositionState> = {}): PositionState {
  return {
    type: "position.state",
    sessionId: "s1",
    topic: "orders",
    partition,
    state: "fetching",
    paused: false,
    ...rest,
  };
}

export function commit(rest: Partial<CommitState> = {}): CommitState {
  return {
    type: "commit.state",
    commitId: "41",
    groupId: "billing",
    sessionId: "s1",
    memberId: "groupscope-A-1",
    generationId: 6,
    trigger: "user",
    state: "queued",
    offsets: [{ topic: "orders", partition: 3, from: 96n, to: 120n }],
    queuedAt: 1_000,
    stateSince: 1_000,
    ...rest,
  };
}

/** A batch of orders-4 that fails its checksum, and halts its partition. */
export function rejected(rest: Partial<BatchRejected> = {}): BatchRejected {
  return {
    type: "fetch.batchRejected",
    sessionId: "s1",
    topic: "orders",
    partition: 4,
    cause: "crc",
    message: "The CRC does not match.",
    baseOffset: 2_000n,
    lastOffset: 2_009n,
    nextSafeOffset: 2_010n,
    boundsTrusted: true,
    boundsReason: "agrees",
    action: "halted",
    ...rest,
  };
}

/** The topic `orders` with that many partitions, as one listing says. */
export function topics(partitions: number, topic = "orders"): ObservationBody {
  return {
    type: "cluster.topics",
    requestedAt: 0,
    topics: [
      {
        topic,
        isInternal: false,
        partitions: Array.from({ length: partitions }, (_, partition) => ({
          partition,
          leaderId: 1,
          replicas: [1],
          isr: [1],
        })),
      },
    ],
  };
}

/** Ends of the partitions of `orders`, from 0. */
export function ends(requestedAt: number, ...highWatermarks: readonly bigint[]): ObservationBody {
  return {
    type: "cluster.offsets",
    requestedAt,
    offsets: highWatermarks.map((highWatermark, partition) => ({
      topic: "orders",
      partition,
      logStartOffset: 0n,
      highWatermark,
    })),
  };
}

/** Committed offsets of `billing` for the partitions of `orders`, from 0. */
export function offsets(requestedAt: number | undefined, ...committed: readonly bigint[]): ObservationBody {
  return {
    type: "group.offsets",
    groupId: "billing",
    requestedAt,
    offsets: committed.map((committedOffset, partition) => ({ topic: "orders", partition, committedOffset })),
  };
}
