import type { CommitResult } from "#engine/commit/commitEntry.ts";
import { sentence } from "#model/words.ts";
import type { SessionGate } from "#trace/observations/session.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { RequestHandlers } from "../channel/channelServer.ts";
import type { CommitReport, SessionRequests } from "../channel/sessionRequests.ts";
import type { HostParts } from "../hostParts.ts";
import { previewSkips, skipPartitions } from "../sessions/skipPartitions.ts";

/** Answers about debug consumers. */
export function sessionRequests(parts: HostParts): RequestHandlers<SessionRequests> {
  const { sessions, debugConsumers } = parts;
  const engineOf = (sessionId: string) => sessions.get(sessionId).session;
  return {
    "session.start": (choice) => debugConsumers.start(choice),
    "session.defaults": ({ clusterId }) => debugConsumers.defaults(clusterId),
    "session.problem": (choice) => ({ problem: debugConsumers.problem(choice) }),
    "session.list": () => debugConsumers.list(),
    "session.partitions": ({ sessionId }) => debugConsumers.partitions(sessionId),
    "session.poll": async ({ sessionId, maxRecords }, { signal }) => ({
      records: await debugConsumers.poll(sessionId, maxRecords, signal),
    }),
    "session.pollMode": ({ sessionId, pollMode }) => debugConsumers.setPollMode(sessionId, pollMode),
    "session.pause": ({ sessionId, scope }) => engineOf(sessionId).pause(scope),
    "session.resume": ({ sessionId, scope }) => engineOf(sessionId).resume(scope),
    "session.seek": ({ sessionId, partitions, target }) =>
      Promise.all(
        partitions.map(async (each) => ({ ...each, ...(await engineOf(sessionId).seek(each, target)) })),
      ),
    "session.previewSkip": ({ sessionId, partitions, to }) =>
      previewSkips(engineOf(sessionId), partitions, to),
    "session.skip": async ({ sessionId, ...order }, { signal, progress }) => {
      const { skipped, commit } = await skipPartitions(engineOf(sessionId), order, { signal, progress });
      return { skipped, commit: commit && commitReport(commit) };
    },
    "session.commit": async ({ sessionId, deadlineMs, offsets }, { signal }) => {
      const { options, session } = sessions.get(sessionId);
      if (options.groupId === undefined) {
        throw new ChannelError(
          "REFUSED",
          `${options.name} reads without a group, so it has nowhere to commit to.`,
        );
      }
      const result = await session.commit({ offsets, deadlineMs, signal });
      return commitReport(result, debugConsumers.whoHeldUp(sessionId, result.commitId));
    },
    "session.allowRebalance": ({ sessionId }) => {
      const session = engineOf(sessionId);
      const gate = session.rebalanceGate();
      session.allowRebalance();
      return { wasHeld: gate?.held ?? false, waited: waitedFor(gate) };
    },
    "session.rejoin": ({ sessionId }) => engineOf(sessionId).rejoin("asked for by the user"),
    "session.waitingCommits": ({ sessionId }) => debugConsumers.waitingCommits(sessionId),
    "session.releaseCommit": ({ sessionId, commitId }) => ({
      released: engineOf(sessionId).releaseCommit(commitId),
    }),
    "session.retryBatch": ({ sessionId, topic, partition }) =>
      engineOf(sessionId).retryBatch({ topic, partition }),
    "session.skipBatch": ({ sessionId, topic, partition }) => {
      engineOf(sessionId).skipBatch({ topic, partition });
    },
    "session.stop": async ({ sessionId, leaveGroup, commit }) => ({
      couldNot: await sessions.stop(sessionId, "stopped by the user", { leaveGroup, commit }),
    }),
    "session.dismiss": ({ sessionId }) => debugConsumers.dismiss(sessionId),
  };
}

function waitedFor(gate: SessionGate | undefined): "rebalance" | "callback" | "nothing" {
  if (gate?.waitingSince !== undefined) return "rebalance";
  return gate?.callbackWaits ? "callback" : "nothing";
}

/** `heldUpBy`: who is to blame where its waiter was let go, in a few words each. */
function commitReport(
  { outcome, message, offsets }: CommitResult,
  heldUpBy: readonly string[] = [],
): CommitReport {
  const count = offsets.length;
  const isLetGo = outcome === "deadlinePassed" || outcome === "cancelled" || outcome === "released";
  const said =
    message ??
    (outcome === "committed" ? `committed ${count} ${count === 1 ? "partition" : "partitions"}` : outcome);
  return { outcome, message: sentence([said, ...(isLetGo ? heldUpBy : [])].join("; ")) };
}
