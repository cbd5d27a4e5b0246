import type { ObservationBody } from "./observation.ts";

/**
 * How an observation may be treated when its source sends too many: a value is replaced by a later one of the same
 * key; an event is kept in any case, and `afterValues` says that it must not overtake the values before it.
 */
export type Weight =
  | { readonly kind: "value"; readonly key: string }
  | { readonly kind: "event"; readonly afterValues: boolean };

const ordered: Weight = { kind: "event", afterValues: true };
/** Samples say what time they speak for, and the fold goes by that: their order does not matter. */
const timed: Weight = { kind: "event", afterValues: false };

/** What kind of fact it is. */
export function weightOf(body: ObservationBody): Weight {
  switch (body.type) {
    case "position.state":
    case "buffer.state":
      return value(body.type, body.sessionId, body.topic, body.partition);
    case "fetch.completed":
      return value(body.type, body.sessionId, body.nodeId);
    case "session.gate":
    case "session.delivered":
      return value(body.type, body.sessionId);
    case "commit.state":
      // A commit that failed is the last word on it; only what it went through may be skipped over.
      return body.state === "settled" && body.outcome !== "committed"
        ? ordered
        : value(body.type, body.commitId);
    case "broker.fault":
      return body.removed ? ordered : value(body.type, body.faultId);
    case "broker.invariant":
      return value(body.type, body.rule, body.groupId, body.topic, body.partition);
    case "broker.workload":
      return value(body.type, body.workloadId);
    case "broker.transaction":
      // One that ended without its producer is the last word on it.
      return body.reason === undefined ? value(body.type, String(body.producerId)) : ordered;
    case "group.described":
      // A broker tells transitions; a sample is a value like any other.
      return body.requestedAt === undefined ? ordered : value(body.type, body.groupId);
    case "group.offsets":
      return value(body.type, body.groupId);
    case "group.failed":
      return value(body.type, body.groupId, body.what);
    case "broker.dropped":
    case "cluster.topics":
    case "group.listed":
      return value(body.type);
    case "cluster.offsets":
    case "cluster.failed":
      return timed;
    case "session.started":
    case "session.state":
    case "session.callback":
    case "session.pollMode":
    case "session.ended":
    case "group.memberGone":
    case "group.memberPhase":
    case "group.deleted":
    case "fetch.batchRejected":
    case "fetch.batchResolved":
    case "fetch.gap":
    case "fetch.positionReset":
    case "position.removed":
    case "broker.started":
    case "broker.stopped":
    case "broker.trouble":
    case "broker.delivery":
    case "broker.clock":
    case "broker.member":
    case "cluster.profile":
    case "cluster.removed":
    case "cluster.connection":
    case "recorder.merged":
      return ordered;
  }
}

function value(...parts: readonly (string | number)[]): Weight {
  return { kind: "value", key: JSON.stringify(parts) };
}
