import type { ConnectionStage } from "#trace/observations/cluster.ts";
import { type Finding, findingId } from "../finding.ts";
import type { ClusterModel } from "../model.ts";

/** A cluster that cannot be reached: the stage it failed at, what was tried, the likely cause. */
export function findConnectionFailure(cluster: ClusterModel): readonly Finding[] {
  const { clusterId, connection, profile } = cluster;
  if (connection?.state !== "failed") return [];
  const failed = connection.steps.find((step) => step.outcome === "failed");
  const reason = connection.message ?? failed?.detail ?? "the cause is not known";
  return [
    {
      id: findingId("clusterConnection", clusterId),
      clusterId,
      kind: "clusterConnection",
      severity: "error",
      title: `${profile?.name ?? clusterId}: not connected`,
      detail: failed ? `${stageText(failed.stage)}: ${reason}` : reason,
      cause: failed?.detail ?? reason,
      evidence: connection.steps.map((step) => ({
        label: stageText(step.stage),
        value: `${step.outcome === "ok" ? "works" : step.outcome}: ${step.tried}${step.detail === undefined ? "" : `. ${step.detail}`}`,
      })),
      since: connection.at,
      subjects: [{ kind: "cluster" }],
      remedies: [
        {
          title: "Reconnect",
          hint: "Tries every stage again.",
          changes: false,
          action: { kind: "reconnectCluster", clusterId },
        },
        ...(profile?.kind === "playground"
          ? []
          : [
              {
                title: "Edit cluster…",
                hint: "Opens the guided steps with what was entered before.",
                changes: false,
                action: { kind: "editCluster", clusterId },
              } as const,
            ]),
      ],
    },
  ];
}

/** A stage in words. */
export function stageText(stage: ConnectionStage): string {
  switch (stage) {
    case "resolve":
      return "name resolution";
    case "connect":
      return "connection";
    case "tls":
      return "TLS handshake";
    case "sasl":
      return "authentication";
    case "apiVersions":
      return "ApiVersions";
    case "metadata":
      return "Metadata";
    case "advertised":
      return "advertised addresses";
  }
}
