import { type Finding, findingId } from "../finding.ts";
import type { ClusterModel, SessionModel } from "../model.ts";
import { runningCallback } from "../sessionHolds.ts";
import { sessionName } from "../sessionView.ts";
import { durationText, partitionsText } from "../words.ts";

type Callback = NonNullable<SessionModel["callback"]>;

/** Rebalance callbacks of an application that have run for longer than `toleranceMs`. */
export function findSlowCallbacks(
  cluster: ClusterModel,
  now: number,
  toleranceMs: number,
): readonly Finding[] {
  return [...cluster.sessions.values()].flatMap((session) => {
    const callback = runningCallback(session);
    if (!callback || now - callback.startedAt < toleranceMs) return [];
    return [finding({ cluster, session, now }, callback)];
  });
}

/** What waits while it runs. */
export function callbackMeaning(callback: Callback["callback"]): string {
  switch (callback) {
    case "assigned":
      return "The new partitions are not read before it returns.";
    case "revoked":
      return "The partitions stay this consumer's until it returns, so the rebalance cannot end, and nobody else may have them.";
    case "lost":
      return "The partitions are somebody else's already. The consumer joins again meanwhile, and reads nothing of what it gets then before the callback of that has run, too.";
  }
}

function finding(
  at: { readonly cluster: ClusterModel; readonly session: SessionModel; readonly now: number },
  { callback, startedAt, partitions }: Callback,
): Finding {
  const { cluster, session, now } = at;
  const { clusterId } = cluster;
  const { sessionId, started } = session;
  const groupId = started?.groupId;
  const name = sessionName(session);
  const ran = durationText(now - startedAt);
  return {
    id: findingId("slowCallback", clusterId, sessionId),
    clusterId,
    kind: "slowCallback",
    severity: "warning",
    title: `${name}: on-${callback} callback runs`,
    lastedMs: now - startedAt,
    detail: `about ${partitionsText(partitions)}`,
    cause: `The application's on-${callback} callback has run for ${ran}. ${callbackMeaning(callback)} It must return within the rebalance timeout, or the coordinator puts the consumer out of the group.`,
    evidence: [
      { label: "callback", at: startedAt, value: `on-${callback} began then` },
      { label: "partitions", value: partitionsText(partitions, 20) },
    ],
    since: startedAt,
    subjects: [
      { kind: "session", sessionId },
      ...(groupId === undefined ? [] : [{ kind: "group", groupId } as const]),
    ],
    remedies: [
      ...(groupId === undefined
        ? []
        : [
            {
              title: "Show rebalances",
              hint: "Opens the group over time: who waits, and since when.",
              changes: false,
              action: { kind: "showRebalances", clusterId, groupId },
            } as const,
          ]),
      {
        title: `Stop ${name}`,
        hint: "It leaves the group, and the others go on without it.",
        changes: true,
        action: { kind: "stopSession", clusterId, sessionId },
      },
    ],
  };
}
