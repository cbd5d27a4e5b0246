import type { ConnectionStage } from "#trace/observations/cluster.ts";
import { type Finding, findingId } from "../finding.ts";
import type { ClusterModel } from "../model.ts";
import type { Remedy } from "../remedy.ts";

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
      since: cluster.unreachableSince ?? connection.at,
      subjects: [{ kind: "cluster" }],
      remedies: remediesOf(cluster, failed?.stage),
    },
  ];
}

/** What was entered may be wrong; a broker that is down needs another try and nothing else. */
const decidedByProfile: ReadonlySet<ConnectionStage | undefined> = new Set(["resolve", "tls", "sasl"]);

function remediesOf(
  { clusterId, profile }: ClusterModel,
  failed: ConnectionStage | undefined,
): readonly Remedy[] {
  const reconnect: Remedy = {
    title: "Reconnect",
    hint: "Tries every stage again.",
    changes: false,
    action: { kind: "reconnectCluster", clusterId },
  };
  if (profile?.kind === "playground") return [reconnect];
  const edit: Remedy = {
    title: "Edit cluster…",
    hint: "Opens the guided steps with what was entered before.",
    changes: false,
    action: { kind: "editCluster", clusterId },
  };
  return decidedByProfile.has(failed) ? [edit, reconnect] : [reconnect, edit];
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
      return "sign-in (SASL)";
    case "apiVersions":
      return "ApiVersions";
    case "metadata":
      return "Metadata";
    case "advertised":
      return "advertised addresses";
  }
}
