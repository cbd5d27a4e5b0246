import { type Finding, findingId } from "../finding.ts";
import type { ClusterModel } from "../model.ts";
import { sessionName } from "../sessionView.ts";

/** Consumers that were to speak the consumer protocol (KIP-848) and speak the classic one, because the broker lacks it. */
export function findFallbacks(cluster: ClusterModel): readonly Finding[] {
  const findings: Finding[] = [];
  for (const session of cluster.sessions.values()) {
    const { state, ended, sessionId, started } = session;
    if (ended || state?.fallbackReason === undefined) continue;
    const { clusterId } = cluster;
    const groupId = started?.groupId;
    findings.push({
      id: findingId("fellBack", clusterId, sessionId),
      clusterId,
      kind: "fellBack",
      severity: "info",
      title: `${sessionName(session)} speaks the classic protocol, not the consumer protocol`,
      detail: state.fallbackReason,
      cause: `The consumer protocol (KIP-848) was chosen, but ${state.fallbackReason}. So it joined as a classic member: one of the members divides the partitions instead of the broker, and a rebalance stops the whole group. Kafka has the protocol on by default from 4.0; before, the broker needs group.coordinator.rebalance.protocols=classic,consumer.`,
      evidence: [
        { label: "chosen", value: "consumer" },
        { label: "spoken", value: state.groupProtocol ?? "classic" },
        ...(state.assignor === undefined ? [] : [{ label: "assignor", value: state.assignor }]),
      ],
      since: state.at,
      subjects: [
        { kind: "session", sessionId },
        ...(groupId === undefined ? [] : [{ kind: "group", groupId } as const]),
      ],
      remedies: [],
    });
  }
  return findings;
}
