import type { ObservationBody } from "./observation.ts";

/**
 * Identifies the value that an observation replaces: of two with equal keys the earlier says nothing that the later
 * does not. Undefined for what must be kept in any case, as it is an event, or another observation depends on it.
 */
export function valueKey(body: ObservationBody): string | undefined {
  switch (body.type) {
    case "position.state":
    case "buffer.state":
      return JSON.stringify([body.type, body.sessionId, body.topic, body.partition]);
    case "fetch.completed":
      return JSON.stringify([body.type, body.sessionId, body.nodeId]);
    case "session.delivered":
      return JSON.stringify([body.type, body.sessionId]);
    case "commit.state":
      // A settled commit is the last word on it; only what it went through may be skipped over.
      return body.state === "settled" && body.outcome !== "committed"
        ? undefined
        : JSON.stringify([body.type, body.commitId]);
    case "broker.fault":
      return body.removed ? undefined : JSON.stringify([body.type, body.faultId]);
    case "broker.workload":
      return JSON.stringify([body.type, body.workloadId]);
    case "group.offsets":
      return JSON.stringify([body.type, body.groupId]);
    case "cluster.topics":
    case "group.listed":
      return JSON.stringify([body.type]);
    case "session.started":
    case "session.state":
    case "session.pollMode":
    case "session.ended":
    case "group.described":
    case "group.memberGone":
    case "group.memberPhase":
    case "group.failed":
    case "group.deleted":
    case "fetch.batchRejected":
    case "fetch.batchResolved":
    case "fetch.gap":
    case "fetch.positionReset":
    case "position.removed":
    case "broker.started":
    case "broker.stopped":
    case "cluster.profile":
    case "cluster.removed":
    case "cluster.connection":
    case "cluster.offsets":
    case "cluster.failed":
    case "recorder.merged":
      return undefined;
  }
}
