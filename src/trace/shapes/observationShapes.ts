import type { Json } from "#base/json.ts";
import type { Envelope, Observation, ObservationBody, ObservationType } from "../observation.ts";
import * as cluster from "./clusterShapes.ts";
import * as group from "./groupShapes.ts";
import * as session from "./sessionShapes.ts";
import { instant, number, object, oneOf, type Shape, string } from "./shape.ts";

/** One shape per type of observation: a family that gains a type does not compile without it. */
const bodyShapes: {
  readonly [Type in ObservationType]: Shape<Extract<ObservationBody, { readonly type: Type }>>;
} = {
  "session.started": session.sessionStarted,
  "session.state": session.sessionState,
  "session.gate": session.sessionGate,
  "session.callback": session.sessionCallback,
  "session.pollMode": session.sessionPollMode,
  "session.delivered": session.sessionDelivered,
  "session.ended": session.sessionEnded,
  "group.listed": group.groupListed,
  "group.described": group.groupDescribed,
  "group.memberGone": group.groupMemberGone,
  "group.memberPhase": group.groupMemberPhase,
  "group.offsets": group.groupOffsets,
  "group.failed": group.groupFailed,
  "group.deleted": group.groupDeleted,
  "commit.state": session.commitState,
  "fetch.completed": session.fetchCompleted,
  "fetch.batchRejected": session.batchRejected,
  "fetch.batchResolved": session.batchResolved,
  "fetch.gap": session.gapRecorded,
  "fetch.positionReset": session.positionReset,
  "buffer.state": session.bufferState,
  "position.state": session.positionState,
  "position.removed": session.positionRemoved,
  "broker.started": cluster.brokerStarted,
  "broker.stopped": cluster.brokerStopped,
  "broker.fault": cluster.brokerFault,
  "broker.workload": cluster.brokerWorkload,
  "broker.trouble": cluster.brokerTrouble,
  "broker.dropped": cluster.brokerDropped,
  "broker.transaction": cluster.brokerTransaction,
  "broker.invariant": cluster.brokerInvariant,
  "broker.delivery": cluster.brokerDelivery,
  "broker.clock": cluster.brokerClock,
  "broker.member": cluster.brokerMember,
  "cluster.profile": cluster.clusterProfile,
  "cluster.removed": cluster.clusterRemoved,
  "cluster.connection": cluster.clusterConnection,
  "cluster.topics": cluster.clusterTopics,
  "cluster.offsets": cluster.clusterOffsets,
  "cluster.failed": cluster.clusterFailed,
  "recorder.merged": cluster.recorderMerged,
};

export const vantage = oneOf("member", "broker", "sampled");

const envelope = object<Envelope>({
  seq: number,
  at: instant,
  sourceId: string,
  clusterId: string,
  vantage,
});

/** A fact of one type with its envelope. */
export function seenShape<Type extends ObservationType>(
  type: Type,
): Shape<Envelope & Extract<ObservationBody, { readonly type: Type }>> {
  return (value) => ({ ...envelope(value), ...bodyShapes[type](value) });
}

/** An observation as read from a trace, of a type this version knows. Throws ShapeError. */
export function observationOf(value: Json, type: ObservationType): Observation {
  const head = envelope(value);
  return { ...head, ...bodyShapes[type](value) };
}

export function isKnownType(type: string): type is ObservationType {
  return Object.hasOwn(bodyShapes, type);
}
