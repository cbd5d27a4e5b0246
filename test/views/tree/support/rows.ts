import { detect } from "#model/detectors/detect.ts";
import type { Model } from "#model/model.ts";
import { children } from "#views/tree/children.ts";
import { copyText } from "#views/tree/copyText.ts";
import type { TreeContext } from "#views/tree/treeContext.ts";
import type { NodeTarget, TreeNode, TreeViewId } from "#views/treeNode.ts";
import { seen } from "../../../model/observed.ts";

/** The rows below a node of a tree, or its roots: at 5 s unless told otherwise, with what the detectors find then. */
export function rows(
  model: Model,
  view: TreeViewId,
  parent?: NodeTarget,
  rest?: Partial<TreeContext> & { readonly at?: number },
) {
  return children(view, parent, contextOf(model, rest?.at, rest));
}

/** What a tree is made from at a moment. */
export function contextOf(model: Model, now = 5_000, rest: Partial<TreeContext> = {}): TreeContext {
  return { model, findings: detect(model, now), now, ...rest };
}

/** Rows as they are copied: label and description, without what only aligns them. */
export const lines = (nodes: readonly TreeNode[]) => nodes.map((node) => copyText(node));

/** The view of clusters with their groups and topics. */
export const clusters: TreeViewId = "groupscope.clusters";
/** The view of our own sessions. */
export const consumers: TreeViewId = "groupscope.debugConsumers";

/** The cluster that observations are of unless they say otherwise. */
export const clusterTarget: NodeTarget = { kind: "cluster", clusterId: "c1" };
/** The row above all groups of that cluster. */
export const groupsTarget: NodeTarget = { kind: "groups", clusterId: "c1" };
/** The group `billing` of that cluster. */
export const groupTarget: NodeTarget = { kind: "group", clusterId: "c1", groupId: "billing" };

/** That the cluster is called staging and was added by the user. */
export const profile = seen(0, {
  type: "cluster.profile",
  name: "staging",
  kind: "cluster",
  bootstrapServers: ["kafka:9092"],
});

/** That the cluster has these groups, all of them classic and stable. */
export const listed = (...ids: readonly string[]) =>
  seen(10, {
    type: "group.listed",
    requestedAt: 10,
    groups: ids.map((groupId) => ({ groupId, groupType: "classic" as const, state: "Stable" })),
    missing: [],
  });
