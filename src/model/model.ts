import type { TopicPartition } from "#base/topicPartition.ts";
import type { Observation, ObservationBody, ObservationType } from "#trace/observation.ts";
import type { ClusterConnection, ClusterFailed, ClusterProfile } from "#trace/observations/cluster.ts";
import type { RecorderMerged } from "#trace/observations/recorder.ts";
import { endCommitsOf, foldCommit } from "./commits.ts";
import { committedOf, foldCommitted } from "./committedOffsets.ts";
import type { DeepReadonly } from "./deepReadonly.ts";
import {
  commitsOf,
  createGroups,
  endAllGroups,
  foldDescribed,
  foldGroupDeleted,
  foldGroupFailed,
  foldListed,
  foldMemberPhase,
  foldOffsetsOfGroup,
  type GroupState,
  type GroupsState,
  groupIn,
} from "./groups.ts";
import { sampleLag } from "./lagTrend.ts";
import {
  createPlayground,
  foldDelivery,
  foldFault,
  foldInvariant,
  foldMember,
  foldStarted,
  foldStopped,
  foldTransaction,
  foldTrouble,
  foldWorkload,
  forgetInvariants,
  type PlaygroundState,
} from "./playgroundRun.ts";
import { foldMemberGoneHistory, foldSessionEndedHistory } from "./rebalanceHistory.ts";
import type { Seen } from "./seen.ts";
import {
  createSession,
  foldBatchRejected,
  foldBatchResolved,
  foldBuffer,
  foldCallback,
  foldEnded,
  foldFetch,
  foldGap,
  foldGate,
  foldPosition,
  foldPositionRemoved,
  foldState,
  type SessionModelState,
} from "./sessions.ts";
import { createTopics, foldOffsets, foldTopics, type TopicsState } from "./topics.ts";
import { foldUnrest } from "./unrest.ts";

/** Everything known of one cluster. */
export interface ClusterState {
  readonly clusterId: string;
  /** The newest fact's time: the present of a trace. */
  lastAt: number;
  profile: Seen<ClusterProfile> | undefined;
  connection: Seen<ClusterConnection> | undefined;
  /** Since when it cannot be reached, over as many attempts as were made. */
  unreachableSince: number | undefined;
  /** Parts of the last observation that failed; taken away when they succeed. */
  failures: Map<ClusterFailed["what"], Seen<ClusterFailed>>;
  topics: TopicsState;
  groups: GroupsState;
  sessions: Map<string, SessionModelState>;
  playground: PlaygroundState;
  /** What the recorder merged or dropped, by source; the newest notice. */
  merged: Map<string, { readonly count: number; readonly latest: Seen<RecorderMerged> }>;
}

/** The fold's own state; readers get it as `Model`. */
export interface ModelState {
  readonly clusters: Map<string, ClusterState>;
  lastSeq: number | undefined;
  lastAt: number | undefined;
}

/** What is known, for presenters and detectors: a fold over observations, to be read and never written. */
export type Model = DeepReadonly<Pick<ModelState, "clusters">>;
export type ClusterModel = DeepReadonly<ClusterState>;
export type GroupModel = ClusterModel["groups"]["byId"] extends ReadonlyMap<string, infer G> ? G : never;
export type SessionModel = ClusterModel["sessions"] extends ReadonlyMap<string, infer S> ? S : never;

export function createModel(): ModelState {
  return { clusters: new Map(), lastSeq: undefined, lastAt: undefined };
}

const maxEndedSessions = 50;

/**
 * Takes in one observation. Same observations, same state. Types this version does not know (of a newer trace) are
 * passed over.
 */
export function fold(model: ModelState, observation: Observation): void {
  model.lastSeq = observation.seq;
  model.lastAt = Math.max(model.lastAt ?? observation.at, observation.at);
  if (!Object.hasOwn(folds, observation.type)) return;
  if (observation.type === "cluster.removed") {
    model.clusters.delete(observation.clusterId);
    return;
  }
  let cluster = model.clusters.get(observation.clusterId);
  if (!cluster) {
    cluster = createCluster(observation.clusterId, observation.at);
    model.clusters.set(observation.clusterId, cluster);
  }
  cluster.lastAt = Math.max(cluster.lastAt, observation.at);
  // The entry's parameter is exactly what its key names; the compiler cannot follow a union through the lookup.
  const run = folds[observation.type] as (cluster: ClusterState, seen: Observation) => void;
  run(cluster, observation);
}

function createCluster(clusterId: string, at: number): ClusterState {
  return {
    clusterId,
    lastAt: at,
    profile: undefined,
    connection: undefined,
    unreachableSince: undefined,
    failures: new Map(),
    topics: createTopics(),
    groups: createGroups(),
    sessions: new Map(),
    playground: createPlayground(),
    merged: new Map(),
  };
}

type Folds = {
  readonly [Type in ObservationType]: (
    cluster: ClusterState,
    seen: Seen<Extract<ObservationBody, { readonly type: Type }>>,
  ) => void;
};

const folds: Folds = {
  "cluster.profile": (cluster, seen) => {
    cluster.profile = seen;
  },
  "cluster.removed": () => {},
  "cluster.connection": (cluster, seen) => {
    cluster.connection = seen;
    if (seen.state === "failed") cluster.unreachableSince ??= seen.at;
    else if (seen.state !== "connecting") cluster.unreachableSince = undefined;
  },
  "cluster.topics": (cluster, seen) => {
    cluster.failures.delete("topics");
    foldTopics(cluster.topics, seen);
  },
  "cluster.offsets": (cluster, seen) => {
    cluster.failures.delete("offsets");
    foldOffsets(cluster.topics, seen);
  },
  "cluster.failed": (cluster, seen) => {
    cluster.failures.set(seen.what, seen);
  },
  "group.listed": (cluster, seen) => {
    cluster.failures.delete("groups");
    foldListed(cluster.groups, seen);
  },
  "group.described": (cluster, seen) => {
    foldDescribed(cluster.groups, seen);
    noteUnrest(cluster, groupIn(cluster.groups, seen.groupId), seen.at);
  },
  "group.memberPhase": (cluster, seen) => {
    foldMemberPhase(cluster.groups, seen);
    sessionIn(cluster, seen.sessionId).phase = seen;
    noteUnrest(cluster, groupIn(cluster.groups, seen.groupId), seen.at);
  },
  "group.memberGone": (cluster, seen) => {
    const { rebalances } = groupIn(cluster.groups, seen.groupId);
    if (rebalances) foldMemberGoneHistory(rebalances, seen);
  },
  "group.offsets": (cluster, seen) => {
    const group = foldOffsetsOfGroup(cluster.groups, seen, endIn(cluster));
    if (group) sampleLag(group, cluster.topics, seen.at);
  },
  "group.failed": (cluster, seen) => foldGroupFailed(cluster.groups, seen),
  "group.deleted": (cluster, seen) => {
    foldGroupDeleted(cluster.groups, seen);
    forgetInvariants(cluster.playground, seen.groupId);
  },
  "commit.state": (cluster, seen) => {
    const group = groupIn(cluster.groups, seen.groupId);
    foldCommit(commitsOf(group), seen, (key) => committedOf(group.committed, key)?.committedOffset);
    foldCommitted(group.committed, seen, endIn(cluster));
  },
  "session.started": (cluster, seen) => {
    sessionIn(cluster, seen.sessionId).started = seen;
  },
  "session.state": (cluster, seen) => {
    const session = sessionIn(cluster, seen.sessionId);
    foldState(session, seen, () => lifeBefore(cluster, session));
  },
  "session.gate": (cluster, seen) => foldGate(sessionIn(cluster, seen.sessionId), seen),
  "session.callback": (cluster, seen) => foldCallback(sessionIn(cluster, seen.sessionId), seen),
  "session.pollMode": (cluster, seen) => {
    sessionIn(cluster, seen.sessionId).pollMode = seen;
  },
  "session.delivered": (cluster, seen) => {
    sessionIn(cluster, seen.sessionId).delivered = seen;
  },
  "session.ended": (cluster, seen) => {
    foldEnded(sessionIn(cluster, seen.sessionId), seen);
    for (const group of cluster.groups.byId.values()) {
      const wasMember = group.byMember.delete(seen.sessionId);
      if (group.rebalances) foldSessionEndedHistory(group.rebalances, seen);
      if (group.commits) endCommitsOf(group.commits, seen.sessionId, seen.at);
      if (wasMember) noteUnrest(cluster, group, seen.at);
    }
    const ended = [...cluster.sessions.values()].filter((session) => session.ended);
    for (const oldest of ended.slice(0, Math.max(0, ended.length - maxEndedSessions))) {
      cluster.sessions.delete(oldest.sessionId);
    }
  },
  "position.state": (cluster, seen) => foldPosition(sessionIn(cluster, seen.sessionId), seen),
  "position.removed": (cluster, seen) => foldPositionRemoved(sessionIn(cluster, seen.sessionId), seen),
  "buffer.state": (cluster, seen) => foldBuffer(sessionIn(cluster, seen.sessionId), seen),
  "fetch.completed": (cluster, seen) => foldFetch(sessionIn(cluster, seen.sessionId), seen),
  "fetch.batchRejected": (cluster, seen) => foldBatchRejected(sessionIn(cluster, seen.sessionId), seen),
  "fetch.batchResolved": (cluster, seen) => foldBatchResolved(sessionIn(cluster, seen.sessionId), seen),
  "fetch.gap": (cluster, seen) => foldGap(sessionIn(cluster, seen.sessionId), seen),
  "fetch.positionReset": (cluster, seen) => foldGap(sessionIn(cluster, seen.sessionId), seen),
  "broker.started": (cluster, seen) => {
    if (cluster.playground.started) {
      cluster.groups = createGroups();
      cluster.topics = createTopics();
    }
    foldStarted(cluster.playground, seen);
  },
  "broker.stopped": (cluster, seen) => {
    forgetBroker(cluster, seen.at);
    foldStopped(cluster.playground, seen);
  },
  "broker.fault": (cluster, seen) => foldFault(cluster.playground, seen),
  "broker.workload": (cluster, seen) => foldWorkload(cluster.playground, seen),
  "broker.trouble": (cluster, seen) => foldTrouble(cluster.playground, seen),
  "broker.dropped": (cluster, seen) => {
    cluster.playground.dropped = seen;
  },
  "broker.transaction": (cluster, seen) => foldTransaction(cluster.playground, seen),
  "broker.invariant": (cluster, seen) => foldInvariant(cluster.playground, seen),
  "broker.delivery": (cluster, seen) => foldDelivery(cluster.playground, seen),
  "broker.member": (cluster, seen) => foldMember(cluster.playground, seen),
  "broker.clock": (cluster, seen) => {
    cluster.playground.clock = seen;
  },
  "recorder.merged": (cluster, seen) => {
    const before = cluster.merged.get(seen.mergedSourceId)?.count ?? 0;
    cluster.merged.set(seen.mergedSourceId, { count: before + seen.count, latest: seen });
  },
};

/** What a playground held in memory is gone with it; histories stay until another one runs, to say what happened. */
function forgetBroker(cluster: ClusterState, at: number): void {
  endAllGroups(cluster.groups, at);
  cluster.topics = createTopics();
}

function noteUnrest(cluster: ClusterState, group: GroupState, at: number): void {
  foldUnrest(group, at, (sessionId) => cluster.sessions.get(sessionId)?.started?.scripted ?? false);
}

function sessionIn(cluster: ClusterState, sessionId: string): SessionModelState {
  let session = cluster.sessions.get(sessionId);
  if (!session) {
    session = createSession(sessionId);
    cluster.sessions.set(sessionId, session);
  }
  return session;
}

/** A scripted member that ends is started again under its name. */
function lifeBefore(
  { sessions }: ClusterState,
  { sessionId, started }: SessionModelState,
): SessionModelState | undefined {
  if (!started?.scripted) return undefined;
  const { name, groupId } = started;
  return [...sessions.values()].findLast(
    (other) =>
      other.sessionId !== sessionId &&
      other.started?.scripted &&
      other.started.name === name &&
      other.started.groupId === groupId,
  );
}

function endIn(cluster: ClusterState): (key: TopicPartition) => bigint | undefined {
  return (key) => cluster.topics.ends.get(key)?.highWatermark;
}
