import { topicPartitionText } from "#base/topicPartition.ts";
import { type Finding, findingId } from "../finding.ts";
import type { ClusterModel } from "../model.ts";
import { sessionName } from "../sessionView.ts";
import { countText } from "../words.ts";

/** Partitions that one of our consumers cannot read, for another reason than a corrupt batch. */
export function findPartitionErrors(cluster: ClusterModel): readonly Finding[] {
  const findings: Finding[] = [];
  for (const session of cluster.sessions.values()) {
    for (const [key, { position }] of session.partitions.entries()) {
      if (position?.state !== "errored" || session.corrupt.has(key)) continue;
      const { topic, partition } = key;
      const { sessionId } = session;
      const error = position.error;
      findings.push({
        id: findingId("partitionError", cluster.clusterId, sessionId, topic, partition),
        clusterId: cluster.clusterId,
        kind: "partitionError",
        severity: "error",
        title: `${topicPartitionText(key)}: ${sessionName(session)} cannot read it`,
        detail: error?.message ?? "the cause is not known",
        cause: `${error?.message ?? "The cause is not known."} The partition stays assigned and its records wait.`,
        evidence: [
          ...(error ? [{ label: "error", value: error.code }] : []),
          {
            label: "position",
            value: position.position === undefined ? "unknown" : countText(position.position),
          },
        ],
        since: position.at,
        subjects: [
          { kind: "sessionPartition", sessionId, topic, partition },
          { kind: "session", sessionId },
        ],
        remedies: [
          {
            title: "Seek…",
            hint: "Moves the position to where reading is to go on.",
            changes: true,
            action: { kind: "seek", clusterId: cluster.clusterId, sessionId, topic, partition },
          },
        ],
      });
    }
  }
  return findings;
}
