import type { Observation } from "#trace/observation.ts";
import type { CommitState } from "#trace/observations/commit.ts";

/** What a run met, in a few words each: so that a test can tell whether the runs are about anything. */
export function metIn(observations: readonly Observation[]): ReadonlySet<string> {
  const met = new Set<string>();
  for (const observation of observations) {
    for (const what of metBy(observation)) if (what !== undefined) met.add(what);
  }
  return met;
}

function metBy(observation: Observation): readonly (string | undefined)[] {
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
    case "session.ended":
      return [`session ${observation.reason}`];
    case "fetch.batchRejected":
      return [`batch ${observation.action}`, `damage ${observation.cause}`];
    case "fetch.batchResolved":
      return [`batch resolved ${observation.how}`];
    case "fetch.gap":
      return [`gap ${observation.reason}`];
    case "fetch.positionReset":
      return [`reset ${observation.cause}`];
    case "buffer.state":
      return [
        observation.pausedRecords > 0 ? "buffered while paused" : undefined,
        observation.released && `buffer ${observation.released.reason}`,
      ];
    case "session.state":
      return [observation.groupProtocol && `protocol ${observation.groupProtocol}`];
    case "session.gate":
      return [
        observation.waitingSince === undefined ? undefined : "gate waited for",
        observation.callbackWaits && `gate waited for by on-${observation.callbackWaits.callback}`,
      ];
    case "session.callback":
      return [`callback ${observation.callback}`];
    case "broker.trouble":
      return [`trouble ${observation.kind}`];
    case "position.state":
      return [`partition ${observation.state}`];
    default:
      return [];
  }
}

function metByCommit({ outcome, blocked, lateAnswer }: CommitState): readonly (string | undefined)[] {
  return [
    outcome && `commit ${outcome}`,
    blocked && `commit blocked by ${blocked.by}`,
    lateAnswer && "commit answered late",
  ];
}
