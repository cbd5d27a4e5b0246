import type { Finding } from "#model/finding.ts";
import type { Model } from "#model/model.ts";
import { playgroundClusterId } from "./channel/clusterRequests.ts";
import type { HostStatus, LostSession } from "./channel/hostContract.ts";
import type { WaitingCommit } from "./channel/sessionRequests.ts";

/** What the window's chrome shows, drawn from the model. */
export function hostStatus(present: {
  readonly model: Model;
  readonly findings: readonly Finding[];
  readonly clusters: number;
  readonly playgroundAddress: string | undefined;
  readonly openTraces: number;
  readonly waitingCommits: readonly WaitingCommit[];
  readonly dismissed: ReadonlySet<string>;
  readonly isRunning: (sessionId: string) => boolean;
}): HostStatus {
  const { model, findings, clusters, playgroundAddress, openTraces, waitingCommits, dismissed } = present;
  let sessions = 0;
  let listedSessions = 0;
  const resumable: LostSession[] = [];
  for (const cluster of model.clusters.values()) {
    for (const session of cluster.sessions.values()) {
      if (!session.started || session.started.scripted || dismissed.has(session.sessionId)) continue;
      listedSessions++;
      if (!present.isRunning(session.sessionId)) continue;
      sessions++;
      resumable.push({
        clusterId: cluster.clusterId,
        sessionId: session.sessionId,
        started: startedOf(session.started),
      });
    }
  }
  return {
    clusters,
    playground: {
      running: playgroundAddress !== undefined,
      address: playgroundAddress,
      clockPaused:
        playgroundAddress !== undefined &&
        model.clusters.get(playgroundClusterId)?.playground.clock?.mode === "paused",
    },
    sessions,
    listedSessions,
    waitingCommits: waitingCommits.length,
    findings: {
      errors: findings.filter(({ severity }) => severity === "error").length,
      warnings: findings.filter(({ severity }) => severity === "warning").length,
    },
    openTraces,
    resumable,
  };
}

/** The body of the observation, without its envelope. */
function startedOf<T extends { readonly at: number; readonly seq: number }>(seen: T): unknown {
  const { at: _at, seq: _seq, ...body } = seen;
  return body;
}
