import { type Finding, findingId } from "../finding.ts";
import { pollNow } from "../holdRemedies.ts";
import type { ClusterModel } from "../model.ts";
import { sessionName } from "../sessionView.ts";
import { durationText } from "../words.ts";

/** Consumers of ours that left their group because nobody polled them (max.poll.interval.ms, KIP-62). */
export function findOverduePolls(cluster: ClusterModel, now: number): readonly Finding[] {
  const findings: Finding[] = [];
  for (const session of cluster.sessions.values()) {
    const since = session.ended ? undefined : session.state?.notPolledSince;
    if (since === undefined) continue;
    const { clusterId } = cluster;
    const { sessionId, started, state } = session;
    const groupId = started?.groupId;
    const name = sessionName(session);
    findings.push({
      id: findingId("pollOverdue", clusterId, sessionId),
      clusterId,
      kind: "pollOverdue",
      severity: "warning",
      title: `${name} left its group: nobody polled it in time`,
      detail: `out of ${groupId ?? "the group"} for ${durationText(now - since)}; joins again at its next poll`,
      cause: `Too much time passed between two polls, longer than max.poll.interval.ms. Kafka's clients then leave the group by themselves, so that other members can go on with the partitions: what this one had in hand is delivered again elsewhere. Poll more often, poll fewer records at a time, or allow more time.`,
      evidence: [
        { label: "overdue", at: since, value: "since then" },
        ...(state?.reason === undefined ? [] : [{ label: "it said", value: state.reason }]),
      ],
      since,
      subjects: [
        { kind: "session", sessionId },
        ...(groupId === undefined ? [] : [{ kind: "group", groupId } as const]),
      ],
      remedies: [pollNow(clusterId, sessionId)],
    });
  }
  return findings;
}
