import { stageText } from "#model/detectors/clusterConnection.ts";
import { visibleGroups } from "#model/groupView.ts";
import type { ClusterModel } from "#model/model.ts";
import { countedText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { clockNode } from "./clockNode.ts";
import { contextValue } from "./contextValues.ts";
import { faultsNode, workloadNodes } from "./faultNodes.ts";
import { type Field, tooltip } from "./markdown.ts";
import { nodesNode } from "./nodeNodes.ts";
import { joined } from "./numbers.ts";
import { matchesFilter, messageNode, nodeId, readOnlyWord, type TreeContext, timeIn } from "./treeContext.ts";

/** The roots under CLUSTERS: the playground, then clusters by name, then opened traces. */
export function clusterRoots(context: TreeContext): readonly TreeNode[] {
  const order = { playground: 0, cluster: 1, trace: 2 };
  const rank = (cluster: ClusterModel) => order[cluster.profile?.kind ?? "cluster"];
  return [...context.model.clusters.values()]
    .filter((cluster) => cluster.profile !== undefined || cluster.connection !== undefined)
    .sort((a, b) => rank(a) - rank(b) || (nameOf(a) < nameOf(b) ? -1 : 1))
    .map((cluster) => clusterNode(context, cluster));
}

/** The rows of one cluster: what failed, groups, topics, and in the playground its nodes, faults and clock. */
export function clusterChildren(context: TreeContext, cluster: ClusterModel): readonly TreeNode[] {
  const { clusterId } = cluster;
  return [
    ...connectionRows(cluster),
    groupsNode(context, cluster),
    topicsNode(context, cluster),
    // All of these are gone when the playground stops.
    ...(cluster.playground.started && !cluster.playground.stopped
      ? [nodesNode(cluster), faultsNode(cluster), clockNode(context, cluster), ...workloadNodes(cluster)]
      : []),
    ...lossRows(clusterId, cluster),
  ];
}

function nameOf(cluster: ClusterModel): string {
  return cluster.profile?.name ?? cluster.clusterId;
}

function clusterNode(context: TreeContext, cluster: ClusterModel): TreeNode {
  const { clusterId, profile, connection, playground } = cluster;
  const kind = profile?.kind ?? "cluster";
  const state = stateOf(cluster);
  const description = descriptionOf(cluster);
  const brokers = connection?.brokers?.map(({ nodeId: id, host, port }) => `${id} (${host}:${port})`);
  return {
    id: nodeId("cluster", clusterId),
    target: { kind: "cluster", clusterId },
    label: nameOf(cluster),
    description,
    tooltip: tooltip(
      nameOf(cluster),
      [
        ["state", description],
        ["bootstrap servers", profile?.bootstrapServers.join(", ")],
        ["Kafka's cluster id", connection?.kafkaClusterId ?? playground.started?.kafkaClusterId],
        ["controller", connection?.controllerId],
        ["brokers", brokers?.join(", ")],
        ["profile id", clusterId],
        ...droppedFields(cluster),
        ["last heard of", timeIn(context, cluster.lastAt)],
      ],
      connection?.message === undefined || description.includes(connection.message)
        ? []
        : [connection.message],
    ),
    icon: iconOf(kind, state),
    contextValue: contextValue(
      "cluster",
      state,
      kind === "playground" && "playground",
      kind === "playground" && (playground.started && !playground.stopped ? "running" : "stopped"),
      kind === "trace" && "trace",
      readOnlyWord(cluster),
    ),
    collapsible: kind === "playground" ? "expanded" : "collapsed",
    accessibilityLabel: `${nameOf(cluster)}, ${description}`,
  };
}

/** Nothing is said where nothing went: other clusters have no such bound. */
function droppedFields({ playground }: ClusterModel): readonly Field[] {
  const topics = playground.dropped?.topics ?? [];
  if (topics.length === 0) return [];
  const records = topics.reduce((sum, topic) => sum + topic.records, 0);
  const names = topics.map(({ topic }) => topic).join(", ");
  return [["dropped to stay within its memory", `${countedText(records, "record")} of ${names}`]];
}

type ConnectionWord = "connected" | "connecting" | "failed" | "disconnected";

function stateOf(cluster: ClusterModel): ConnectionWord {
  const { connection, playground } = cluster;
  if (playground.stopped) return "disconnected";
  if (connection) return connection.state;
  return playground.started ? "connected" : "disconnected";
}

function descriptionOf(cluster: ClusterModel): string {
  const { profile, connection, playground } = cluster;
  if (profile?.kind === "trace") return "trace, read-only";
  if (playground.stopped) {
    const { reason } = playground.stopped;
    return joined("stopped", reason !== "stopped" && reason);
  }
  if (playground.started) {
    const { nodes } = playground.started;
    const [first] = nodes;
    const down = playground.nodesDown.length;
    return joined(
      connection?.state === "failed" && "not connected",
      down > 0 ? `${down} of ${countedText(nodes.length, "node")} down` : "running",
      first && `${first.host}:${first.port}`,
      down === 0 && countedText(nodes.length, "node"),
    );
  }
  switch (connection?.state) {
    case "connected":
      return joined("connected", connection.brokers && countedText(connection.brokers.length, "broker"));
    case "connecting":
      return "connecting…";
    case "failed":
      return `not connected: ${connection.message ?? failedStage(cluster) ?? "the cause is not known"}`;
    case "disconnected":
      return joined("not connected", connection.message);
    case undefined:
      return "not connected yet";
  }
}

function failedStage(cluster: ClusterModel): string | undefined {
  const failed = cluster.connection?.steps.find((step) => step.outcome === "failed");
  return (
    failed && `${stageText(failed.stage)} failed${failed.detail === undefined ? "" : `, ${failed.detail}`}`
  );
}

function iconOf(
  kind: "cluster" | "playground" | "trace",
  state: ConnectionWord,
): NonNullable<TreeNode["icon"]> {
  if (kind === "trace") return { codicon: "history" };
  switch (state) {
    case "connected":
      return { codicon: "circle-filled", color: "charts.green" };
    case "connecting":
      return { codicon: "sync" };
    case "failed":
      return { codicon: "error", color: "problemsErrorIcon.foreground" };
    case "disconnected":
      return { codicon: "circle-outline" };
  }
}

/** Where the diagnosis of a failed connection stopped, step by step: never an empty tree. */
function connectionRows(cluster: ClusterModel): readonly TreeNode[] {
  const { clusterId, connection } = cluster;
  if (connection?.state !== "failed") return [];
  return connection.steps
    .filter((step) => step.outcome !== "skipped")
    .map((step, index) =>
      messageNode([clusterId, "step", String(index)], {
        label: `${stageText(step.stage)} ${step.outcome === "ok" ? "works" : "failed"}`,
        description: joined(step.tried, step.detail),
        severity: step.outcome === "ok" ? "info" : "error",
      }),
    );
}

function groupsNode(context: TreeContext, cluster: ClusterModel): TreeNode {
  const groups = visibleGroups(cluster);
  const shown = groups.filter((group) => matchesFilter(context, group.groupId)).length;
  const { missing, listedAt } = cluster.groups;
  const isKnown = listedAt !== undefined || groups.length > 0;
  const failed = cluster.failures.get("groups")?.message;
  const problem =
    failed ?? (missing.length > 0 ? `${countedText(missing.length, "broker")} did not answer` : undefined);
  return {
    id: nodeId("groups", cluster.clusterId),
    target: { kind: "groups", clusterId: cluster.clusterId },
    label: isKnown ? folderLabel("Groups", shown, groups.length) : "Groups (–)",
    description: problem ?? (isKnown ? undefined : unknownYet(cluster)),
    icon:
      problem === undefined
        ? { codicon: "organization" }
        : { codicon: "warning", color: "problemsWarningIcon.foreground" },
    contextValue: contextValue("groups", problem !== undefined && "failing", readOnlyWord(cluster)),
    collapsible: "expanded",
    accessibilityLabel: joined(isKnown ? countedText(shown, "group") : "groups not known", problem),
  };
}

function topicsNode(context: TreeContext, cluster: ClusterModel): TreeNode {
  const topics = [...cluster.topics.byName.keys()];
  const shown = topics.filter((topic) => matchesFilter(context, topic)).length;
  const isKnown = cluster.topics.listed !== undefined || topics.length > 0;
  const problem = cluster.failures.get("topics")?.message ?? cluster.failures.get("offsets")?.message;
  return {
    id: nodeId("topics", cluster.clusterId),
    target: { kind: "topics", clusterId: cluster.clusterId },
    label: isKnown ? folderLabel("Topics", shown, topics.length) : "Topics (–)",
    description: problem ?? (isKnown ? undefined : unknownYet(cluster)),
    icon:
      problem === undefined
        ? { codicon: "list-unordered" }
        : { codicon: "warning", color: "problemsWarningIcon.foreground" },
    contextValue: contextValue("topics", problem !== undefined && "failing", readOnlyWord(cluster)),
    collapsible: "collapsed",
    accessibilityLabel: joined(isKnown ? countedText(shown, "topic") : "topics not known", problem),
  };
}

function unknownYet(cluster: ClusterModel): string {
  return stateOf(cluster) === "connected" || stateOf(cluster) === "connecting" ? "asking…" : "not known";
}

function folderLabel(what: string, shown: number, all: number): string {
  return shown === all ? `${what} (${all})` : `${what} (${shown} of ${all})`;
}

/** What the recorder could not keep is said where it is missing. */
function lossRows(clusterId: string, cluster: ClusterModel): readonly TreeNode[] {
  let count = 0;
  for (const merged of cluster.merged.values()) count += merged.count;
  if (count === 0) return [];
  return [
    messageNode([clusterId, "merged"], {
      label: `${countedText(count, "observation")} merged`,
      description: "more came than is recorded; the newest values are shown",
      severity: "info",
    }),
  ];
}
