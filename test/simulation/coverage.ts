import type { Observation } from "#trace/observation.ts";
import type { CommitState } from "#trace/observations/commit.ts";

/** What a run met, in a few words each: so that a test can tell whether the runs are about anything. */
export function metIn(observations: readonly Observation[]): Set<string> {
  const met = new Set<string>();
  for (const observation of observations) {
    for (const what of metBy(observation)) if (what !== undefined) met.add(what);
  }
  return met;
}

function metBy(observation: Observation): readonly (string | undefined)[] {
  return metOfGroup(observation) ?? metOfSession(observation) ?? metOfFetching(observation) ?? [];
}

function metOfGroup(observation: Observation): readonly (string | undefined)[] | undefined {
  switch (observation.type) {
    case "commit.state":
      return observation.vantage === "member" ? metByCommit(observation) : [];
    case "group.memberPhase":
      return [
        observation.revoked.length > 0 ? "revoked" : undefined,
        observation.lost.length > 0 ? "lost" : undefined,
        observation.assignor && `assigned by ${observation.assignor}`,
      ];
    case "group.memberGone":
      return [`member ${observation.how}`];
    case "group.described":
      return [observation.members.some(({ phase }) => phase === "away") ? "static member away" : undefined];
    case "broker.trouble":
      return [`trouble ${observation.kind}`];
    case "broker.fault":
      return [
        observation.hits > 0 && observation.title.startsWith("carry out twice") ? "fault repeat" : undefined,
      ];
    default:
      return undefined;
  }
}

function metOfSession(observation: Observation): readonly (string | undefined)[] | undefined {
  switch (observation.type) {
    case "session.started":
      return [observation.topicPattern && "subscribed by pattern"];
    case "session.ended":
      return [`session ${observation.reason}`];
    case "session.state":
      return [observation.groupProtocol && `protocol ${observation.groupProtocol}`];
    case "session.gate":
      return [
        observation.waitingSince === undefined ? undefined : "gate waited for",
        observation.callbackWaits && `gate waited for by on-${observation.callbackWaits.callback}`,
      ];
    case "session.callback":
      return [`callback ${observation.callback}`];
    default:
      return undefined;
  }
}

function metOfFetching(observation: Observation): readonly (string | undefined)[] | undefined {
  switch (observation.type) {
    case "fetch.batchRejected":
      return [`batch ${observation.action}`, `damage ${observation.cause}`];
    case "fetch.batchResolved":
      return [`batch resolved ${observation.how}`];
    case "fetch.gap":
      return [`gap ${observation.reason}`];
    case "fetch.positionReset":
      return [
        `reset ${observation.cause}`,
        observation.policy.startsWith("the last") ? "reset by duration" : undefined,
      ];
    case "buffer.state":
      return [
        observation.pausedRecords > 0 ? "buffered while paused" : undefined,
        observation.released && `buffer ${observation.released.reason}`,
      ];
    case "position.state":
      return [
        `partition ${observation.state}`,
        observation.readReplicaId === undefined ? undefined : "read from a replica",
      ];
    default:
      return undefined;
  }
}

function metByCommit({ outcome, blocked, lateAnswer }: CommitState): readonly (string | undefined)[] {
  return [
    outcome && `commit ${outcome}`,
    blocked && `commit blocked by ${blocked.by}`,
    lateAnswer && "commit answered late",
  ];
}
