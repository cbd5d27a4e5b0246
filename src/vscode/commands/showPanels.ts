import { playgroundClusterId } from "#host/channel/clusterRequests.ts";
import type { PanelSubject } from "#host/channel/panelRequests.ts";
import type { NodeTarget, TreeNode } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { rebalancesPanel } from "../panels/rebalancesPanel.ts";
import { recordsPanel } from "../panels/recordsPanel.ts";
import { requestsPanel } from "../panels/requestsPanel.ts";

/** Opens the Rebalances panel of a group, or shows the open one. */
export function showRebalances(
  app: App,
  group: { readonly clusterId: string; readonly groupId: string },
): Promise<void> {
  return app.panels.show(
    { panel: "rebalances", clusterId: group.clusterId, groupId: group.groupId },
    rebalancesPanel(app, (target) => void revealTarget(app, target)),
  );
}

/** Opens the Records panel of a debug consumer, or shows the open one. */
export function showRecords(
  app: App,
  session: { readonly clusterId: string; readonly sessionId: string },
): Promise<void> {
  return app.panels.show(
    { panel: "records", clusterId: session.clusterId, sessionId: session.sessionId },
    recordsPanel(app),
  );
}

/** Opens the Requests panel of the playground, filtered by what it was asked for. */
export function showRequests(
  app: App,
  filter: Pick<
    Extract<PanelSubject, { readonly panel: "requests" }>,
    "groupId" | "memberId" | "nodeId" | "clientId"
  >,
): Promise<void> {
  return app.panels.show(
    { panel: "requests", clusterId: playgroundClusterId, ...filter },
    requestsPanel(app),
  );
}

/** Selects the row about the target in the tree that has it. */
async function revealTarget(app: App, target: NodeTarget): Promise<boolean> {
  const wanted = JSON.stringify(target);
  const isIt = (node: TreeNode) => JSON.stringify(node.target) === wanted;
  if (target.kind.startsWith("session")) return app.trees.debugConsumers.reveal(isIt);
  if (target.kind === "finding") return app.trees.findings.reveal(isIt);
  return app.trees.clusters.reveal(isIt);
}
