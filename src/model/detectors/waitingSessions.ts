import { type Finding, findingId } from "../finding.ts";
import type { ClusterModel, GroupModel, SessionModel } from "../model.ts";
import { sessionName } from "../sessionView.ts";
import { durationText } from "../words.ts";

interface Place {
  readonly cluster: ClusterModel;
  readonly group: GroupModel;
  readonly now: number;
}

/** Ours that still wait for an answer although the coordinator reports that the rebalance is over. */
export function waitingSessions(place: Place, toleranceMs: number): readonly Finding[] {
  const { cluster, group, now } = place;
  return [...group.byMember.values()].flatMap(({ sessionId, phase, at }) => {
    const session = cluster.sessions.get(sessionId);
    const request = phase === "joining" ? "JoinGroup" : phase === "syncing" ? "SyncGroup" : undefined;
    if (!session || session.started?.scripted || request === undefined || now - at < toleranceMs) return [];
    return [waitingSession(place, session, { request, at })];
  });
}

function waitingSession(
  { cluster, group, now }: Place,
  session: SessionModel,
  { request, at }: { readonly request: "JoinGroup" | "SyncGroup"; readonly at: number },
): Finding {
  const { clusterId } = cluster;
  const { groupId } = group;
  const { sessionId } = session;
  const faults = [...cluster.playground.faults.values()].filter(
    ({ latest }) => latest.groupId === groupId && latest.holding > 0,
  );
  const held = faults.map(({ latest }) => `the fault “${latest.title}” holds the answer`);
  const why =
    held.length > 0
      ? `In the playground, ${held.join("; ")}.`
      : "The answer may be lost on the way, or the coordinator is busy.";
  return {
    id: findingId("groupNotStable", clusterId, groupId, sessionId),
    clusterId,
    kind: "groupNotStable",
    severity: "warning",
    title: `${sessionName(session)} has waited ${durationText(now - at)} for ${request}`,
    detail: held[0] ?? "the coordinator has not answered",
    cause: `${sessionName(session)} sent ${request} and has no answer, although the coordinator reports that the rebalance is over. Until then it reads nothing. ${why}`,
    evidence: [{ label: request, at, value: "sent then, not answered" }],
    since: at,
    subjects: [
      { kind: "session", sessionId },
      { kind: "group", groupId },
    ],
    remedies: [
      {
        title: "Show rebalances",
        hint: "Opens the group over time.",
        changes: false,
        action: { kind: "showRebalances", clusterId, groupId },
      },
      ...faults.map(
        ({ latest }) =>
          ({
            title: `Turn off “${latest.title}”`,
            hint: "The playground answers what it held back.",
            changes: true,
            action: { kind: "disableFault", clusterId, faultId: latest.faultId },
          }) as const,
      ),
    ],
  };
}
