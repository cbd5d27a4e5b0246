import { groupView, visibleGroups } from "#model/groupView.ts";
import type { ClusterModel } from "#model/model.ts";
import { countedText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { tooltip } from "./markdown.ts";
import { joined } from "./numbers.ts";
import { clockWords } from "./ongoingNodes.ts";
import { nodeId, readOnlyWord } from "./treeContext.ts";

type Node = NonNullable<ClusterModel["playground"]["started"]>["nodes"][number];

/** `Nodes (3)` of the playground, and how many of them are down. */
export function nodesNode(cluster: ClusterModel): TreeNode {
  const { started, nodesDown } = cluster.playground;
  const count = started?.nodes.length ?? 0;
  const description = nodesDown.length === 0 ? undefined : `${nodesDown.length} down`;
  return {
    id: nodeId("nodes", cluster.clusterId),
    target: { kind: "nodes", clusterId: cluster.clusterId },
    label: `Nodes (${count})`,
    description,
    icon: nodesDown.length === 0 ? { codicon: "server-environment" } : downIcon,
    contextValue: contextValue("nodes", readOnlyWord(cluster)),
    collapsible: "collapsed",
    accessibilityLabel: joined(countedText(count, "node"), description),
  };
}

const downIcon = { codicon: "warning", color: "problemsWarningIcon.foreground" };

/** Each node: up or down, where it listens, what it leads and coordinates. */
export function nodeNodes(cluster: ClusterModel): readonly TreeNode[] {
  const partitions = leadersOf(cluster);
  const groups = coordinatorsOf(cluster);
  return (cluster.playground.started?.nodes ?? []).map((node) =>
    nodeNode(cluster, node, {
      partitions: partitions.get(node.nodeId) ?? [],
      groups: groups.get(addressOf(node)) ?? [],
    }),
  );
}

function nodeNode(
  cluster: ClusterModel,
  node: Node,
  { partitions, groups }: { readonly partitions: readonly string[]; readonly groups: readonly string[] },
): TreeNode {
  const isDown = cluster.playground.nodesDown.includes(node.nodeId);
  const state = isDown ? "down" : "up";
  // What it led before it went down is not what it leads.
  const leads = !isDown && `leads ${countedText(partitions.length, "partition")}`;
  const coordinates = !isDown && groups.length > 0 && `coordinates ${groups.join(", ")}`;
  const clock = clockWords(cluster, node.nodeId);
  const description = joined(
    state,
    clock !== undefined && `clock ${clock}`,
    addressOf(node),
    node.rack !== undefined && `rack ${node.rack}`,
    leads,
    coordinates,
  );
  const label = `node ${node.nodeId}`;
  return {
    id: nodeId("node", cluster.clusterId, node.nodeId),
    target: { kind: "node", clusterId: cluster.clusterId, nodeId: node.nodeId },
    label,
    description,
    tooltip: tooltip(label, [
      ["state", state],
      ["address", addressOf(node)],
      ["rack", node.rack],
      ["clock", clock ?? "right"],
      ["leads", isDown ? undefined : partitions.join(", ")],
      ["coordinates", isDown ? undefined : groups.join(", ")],
      ["controller", controllerText(cluster, node)],
    ]),
    icon: isDown ? downIcon : { codicon: "server", color: "charts.green" },
    contextValue: contextValue("node", state, clock !== undefined && "wrongClock", readOnlyWord(cluster)),
    collapsible: "none",
    accessibilityLabel: `Node ${node.nodeId}, ${description}`,
  };
}

function controllerText({ connection }: ClusterModel, node: Node): string | undefined {
  if (connection?.controllerId === undefined) return undefined;
  return connection.controllerId === node.nodeId ? "yes" : "no";
}

function addressOf({ host, port }: Node): string {
  return `${host}:${port}`;
}

function leadersOf(cluster: ClusterModel): ReadonlyMap<number, readonly string[]> {
  const led = new Map<number, string[]>();
  for (const { topic, partitions } of cluster.topics.byName.values()) {
    for (const { partition, leaderId } of partitions) {
      if (leaderId === undefined) continue;
      led.set(leaderId, [...(led.get(leaderId) ?? []), `${topic}-${partition}`]);
    }
  }
  return led;
}

/** By the address under which the groups name their coordinator. */
function coordinatorsOf(cluster: ClusterModel): ReadonlyMap<string, readonly string[]> {
  const coordinated = new Map<string, string[]>();
  for (const group of visibleGroups(cluster)) {
    const { coordinator } = groupView(cluster, group);
    if (coordinator === undefined) continue;
    coordinated.set(coordinator, [...(coordinated.get(coordinator) ?? []), group.groupId]);
  }
  return coordinated;
}
