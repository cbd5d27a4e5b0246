import { groupView } from "#model/groupView.ts";
import type { ClusterModel } from "#model/model.ts";
import type { NodeTarget, TreeNode, TreeViewId } from "../treeNode.ts";
import { clusterChildren, clusterRoots } from "./clusterNodes.ts";
import { faultNodes } from "./faultNodes.ts";
import { findingChildren, findingRoots } from "./findingNodes.ts";
import { groupChildren, groupNodes } from "./groupNodes.ts";
import { groupPartitionNodes } from "./memberNodes.ts";
import { nodeNodes } from "./nodeNodes.ts";
import { ongoingNodes } from "./ongoingNodes.ts";
import { sessionChildren, sessionRoots, sessionTopicChildren } from "./sessionNodes.ts";
import { topicChildren, topicGroupNodes, topicNodes } from "./topicNodes.ts";
import type { TreeContext } from "./treeContext.ts";
import { unownedPartitions } from "./unownedNodes.ts";

/** The rows below `parent` (undefined: the roots of that view). A parent that is gone has none. */
export function children(
  view: TreeViewId,
  parent: NodeTarget | undefined,
  context: TreeContext,
): readonly TreeNode[] {
  return unique(childrenOf(view, parent, context));
}

/** A broker that names a thing twice must not break the tree: VS Code refuses rows with equal ids. */
function unique(nodes: readonly TreeNode[]): readonly TreeNode[] {
  const taken = new Set<string>();
  return nodes.filter(({ id }) => !taken.has(id) && taken.add(id));
}

function childrenOf(
  view: TreeViewId,
  parent: NodeTarget | undefined,
  context: TreeContext,
): readonly TreeNode[] {
  if (parent === undefined) return roots(view, context);
  if (parent.kind === "message") return [];
  if (parent.kind === "finding") {
    const finding = context.findings.find(
      ({ id, clusterId }) => id === parent.findingId && clusterId === parent.clusterId,
    );
    return finding ? findingChildren(context, finding) : [];
  }
  const cluster = context.model.clusters.get(parent.clusterId);
  return cluster ? below(context, cluster, parent) : [];
}

function roots(view: TreeViewId, context: TreeContext): readonly TreeNode[] {
  switch (view) {
    case "groupscope.clusters":
      return clusterRoots(context);
    case "groupscope.debugConsumers":
      return sessionRoots(context);
    case "groupscope.findings":
      return findingRoots(context);
  }
}

function below(
  context: TreeContext,
  cluster: ClusterModel,
  parent: Exclude<NodeTarget, { readonly kind: "message" | "finding" }>,
): readonly TreeNode[] {
  switch (parent.kind) {
    case "cluster":
      return clusterChildren(context, cluster);
    case "groups":
      return groupNodes(context, cluster);
    case "group":
    case "member":
    case "unassigned":
      return belowGroup(context, cluster, parent);
    case "topics":
      return topicNodes(context, cluster);
    case "topic": {
      const topic = cluster.topics.byName.get(parent.topic);
      return topic ? topicChildren(context, cluster, topic) : [];
    }
    case "topicGroups":
      return topicGroupNodes(cluster, parent.topic);
    case "nodes":
      return nodeNodes(cluster);
    case "faults":
      return [...faultNodes(context, cluster), ...ongoingNodes(context, cluster)];
    case "session":
    case "sessionTopic": {
      const session = cluster.sessions.get(parent.sessionId);
      if (!session) return [];
      return parent.kind === "session"
        ? sessionChildren(context, cluster, session)
        : sessionTopicChildren(context, cluster, { session, topic: parent.topic });
    }
    case "awayMember":
    case "groupPartition":
    case "topicPartition":
    case "topicGroup":
    case "node":
    case "clock":
    case "fault":
    case "wrongClock":
    case "hangingTransaction":
    case "workload":
    case "sessionPartition":
      return [];
  }
}

function belowGroup(
  context: TreeContext,
  cluster: ClusterModel,
  parent: Extract<NodeTarget, { readonly kind: "group" | "member" | "unassigned" }>,
): readonly TreeNode[] {
  const group = cluster.groups.byId.get(parent.groupId);
  if (!group) return [];
  if (parent.kind === "group") return groupChildren(context, cluster, group);
  const view = groupView(cluster, group);
  const place = { context, cluster, group, view };
  if (parent.kind === "unassigned") {
    const { stranded, committedOnly } = unownedPartitions(cluster, group, view);
    return groupPartitionNodes(place, [...stranded, ...committedOnly], undefined);
  }
  const member = view.members.find(({ memberId }) => memberId === parent.memberId);
  return member ? groupPartitionNodes(place, member.assigned ?? [], member) : [];
}
