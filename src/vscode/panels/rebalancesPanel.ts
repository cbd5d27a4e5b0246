import * as vscode from "vscode";
import type { NodeTarget } from "#views/treeNode.ts";
import type { RebalancesContract } from "#webview/rebalances/contract.ts";
import type { App } from "../app.ts";
import { commandIds } from "../ids.ts";
import type { PanelKind } from "./panels.ts";

/** The Rebalances panel: the worker draws, this does what only the editor can. */
export function rebalancesPanel(
  app: Pick<App, "link" | "log">,
  reveal: (target: NodeTarget) => void,
): PanelKind<RebalancesContract> {
  const failed = (error: unknown) => app.log.warn("Rebalances panel", error);
  return {
    handlers: ({ panelId, forward }) => ({
      viewport: (body) => forward({ panel: "rebalances", notified: { name: "viewport", body } }),
      select: (body) => forward({ panel: "rebalances", notified: { name: "select", body } }),
      jumpToMoment: (body) => forward({ panel: "rebalances", notified: { name: "jumpToMoment", body } }),
      live: (body) => forward({ panel: "rebalances", notified: { name: "live", body } }),
      setFollow: (body) => forward({ panel: "rebalances", notified: { name: "setFollow", body } }),
      showAs: (body) => forward({ panel: "rebalances", notified: { name: "showAs", body } }),
      tableViewport: (body) => forward({ panel: "rebalances", notified: { name: "tableViewport", body } }),
      runRemedy: ({ remedy }) => void vscode.commands.executeCommand(commandIds.applyRemedy, remedy),
      revealInTree: ({ mark }) => {
        app.link
          .request("panel.targetOf", { panelId: panelId(), mark })
          .then((target) => target && reveal(target), failed);
      },
      copy: ({ what }) => {
        app.link
          .request("panel.copyText", { panelId: panelId(), what })
          .then((text) => vscode.env.clipboard.writeText(text), failed);
      },
    }),
  };
}
