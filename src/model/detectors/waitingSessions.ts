import { type Finding, type FindingSubject, findingId } from "../finding.ts";
import { faultsHolding, type HoldingFault } from "../holdingFaults.ts";
import type { ClusterModel, GroupModel, SessionModel } from "../model.ts";
import { sessionName } from "../sessionView.ts";
import { requestOf, waitingIn } from "../unrest.ts";
import { countedText, listText } from "../words.ts";

interface Place {
  readonly cluster: ClusterModel;
  readonly group: GroupModel;
  readonly now: number;
}

/**
 * Ours that still wait for an answer although the coordinator reports that the rebalance is over: each debug consumer,
 * or all scripted members as one where there is none.
 */
export function waitingSessions(place: Place, since: number): readonly Finding[] {
  const waiting = waitingIn(place.group).flatMap((fact): readonly Waiting[] => {
    const session = place.cluster.sessions.get(fact.sessionId);
    const request = requestOf(fact.phase);
    return session && request ? [{ session, request, at: fact.at }] : [];
  });
  const ours = waiting.filter(({ session }) => !session.started?.scripted);
  if (ours.length > 0) return ours.map((one) => sessionFinding(place, one, since));
  return waiting.length > 0 ? [membersFinding(place, waiting, since)] : [];
}

interface Waiting {
  readonly session: SessionModel;
  readonly request: "JoinGroup" | "SyncGroup";
  readonly at: number;
}

function sessionFinding(place: Place, { session, request, at }: Waiting, since: number): Finding {
  const { cluster, group, now } = place;
  const { sessionId } = session;
  const name = sessionName(session);
  const isFirst = at <= since;
  return {
    ...common(place, [{ kind: "session", sessionId }]),
    id: findingId("groupNotStable", cluster.clusterId, group.groupId, sessionId),
    title: isFirst ? `${name}: waits for ${request}` : `${name}: has no assignment`,
    lastedMs: now - Math.min(at, since),
    cause: `${name} sent ${request} and has no answer, although the coordinator reports that the rebalance is over. Until then it reads nothing.${isFirst ? "" : ` It has asked again and again since it last had an assignment.`} ${whyText(place)}`,
    evidence: [
      ...(isFirst ? [] : [{ label: "no assignment", at: since, value: "since then" }]),
      { label: request, at, value: "sent then, not answered" },
    ],
    since: Math.min(at, since),
  };
}

function membersFinding(place: Place, waiting: readonly Waiting[], since: number): Finding {
  const { cluster, group, now } = place;
  const { groupId } = group;
  const names = listText(waiting.map(({ session }) => sessionName(session)).sort());
  const requests = listText([...new Set(waiting.map(({ request }) => request))]);
  const wait = waiting.length === 1 ? "waits" : "wait";
  return {
    ...common(place, []),
    id: findingId("groupNotStable", cluster.clusterId, groupId),
    title: `${groupId}: ${countedText(waiting.length, "member")} without assignment`,
    lastedMs: now - since,
    cause: `${names} ${wait} for an answer to ${requests}, although the coordinator reports that the rebalance is over. Until then nobody of them reads. ${whyText(place)}`,
    evidence: waiting.map(({ session, request, at }) => ({
      label: sessionName(session),
      at,
      value: `sent ${request} then, not answered`,
    })),
    since,
  };
}

function whyText({ cluster, group, now }: Place): string {
  const faults = faultsHolding(cluster, group.groupId, now);
  return faults.length > 0
    ? `In the playground, ${faults.map(heldText).join("; ")}.`
    : "The answer may be lost on the way, or the coordinator is busy.";
}

function heldText({ title }: HoldingFault): string {
  return `the fault “${title}” holds the answer`;
}

function common({ cluster, group, now }: Place, first: readonly FindingSubject[]) {
  const { clusterId } = cluster;
  const { groupId } = group;
  const faults = faultsHolding(cluster, groupId, now);
  const subject: FindingSubject = { kind: "group", groupId };
  const [head = subject] = first;
  return {
    clusterId,
    kind: "groupNotStable",
    severity: "warning",
    detail: faults[0] ? heldText(faults[0]) : "the coordinator has not answered",
    subjects: [head, ...(first.length > 0 ? [subject] : [])],
    remedies: [
      {
        title: "Show rebalances",
        hint: "Opens the group over time.",
        changes: false,
        action: { kind: "showRebalances", clusterId, groupId },
      },
      ...faults.map(
        ({ faultId, title }) =>
          ({
            title: `Turn off “${title}”`,
            hint: "The playground answers what it held back.",
            changes: true,
            action: { kind: "disableFault", clusterId, faultId },
          }) as const,
      ),
    ],
  } as const;
}
