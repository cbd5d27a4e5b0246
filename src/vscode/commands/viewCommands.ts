import * as vscode from "vscode";
import type { App } from "../app.ts";
import { commandIds, contextKeys } from "../ids.ts";
import { rowText } from "../tree/treeItem.ts";
import type { TreeRow } from "../tree/treeRows.ts";
import { askText } from "../ui/ask.ts";
import { setStatusBarMessage } from "../ui/notify.ts";
import { pickCluster, pickGroup } from "../ui/pickers.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { applyRemedyOf } from "./remedies.ts";
import { showRebalances } from "./showPanels.ts";
import { clusterIdOf, groupIdOf } from "./target.ts";

/** Looking: refresh, filter, copy, the log, and the Rebalances panel. */
export function viewCommands(app: App): CommandFamily {
  const setFilter = async (text: string) => {
    app.trees.clusters.setFilter(text);
    await vscode.commands.executeCommand("setContext", contextKeys.filtered, text !== "");
  };
  return {
    [commandIds.refresh]: (target) => app.link.request("cluster.refresh", { clusterId: clusterIdOf(target) }),

    [commandIds.filterClusters]: async (_target, argument) => {
      if (typeof argument === "string") return setFilter(argument);
      const answer = await askText({
        title: "Filter groups and topics",
        prompt: "Shows groups and topics whose name contains this text. Empty shows all.",
        value: app.trees.clusters.filter,
      });
      return typeof answer === "string" ? undefined : setFilter(answer.text.trim());
    },
    [commandIds.clearFilter]: () => setFilter(""),

    [commandIds.copyRow]: async (_target, argument) => {
      const row = isRow(argument) ? argument : selectedRow(app);
      if (row) await vscode.env.clipboard.writeText(rowText(row));
    },

    [commandIds.copyBootstrapServers]: async (target) => {
      const clusters = await app.link.request("cluster.list", {});
      const cluster =
        clusters.find(({ clusterId }) => clusterId === clusterIdOf(target)) ??
        (await pickCluster(app.link, {
          title: "Copy bootstrap servers",
          kinds: ["cluster", "playground"],
        }));
      if (!cluster) return undefined;
      const servers = cluster.bootstrapServers.join(",");
      await vscode.env.clipboard.writeText(servers);
      setStatusBarMessage(`Copied ${servers}.`, 4_000);
      return servers;
    },

    [commandIds.showLog]: () => app.log.show(),

    [commandIds.showRebalances]: async (target) => {
      if (await applyRemedyOf(app, target, "showCommit", "showRebalances")) return;
      const clusterId = clusterIdOf(target) ?? (await askForCluster(app));
      if (clusterId === undefined) return;
      const groupId =
        groupIdOf(target) ??
        (await groupOfSession(app, target)) ??
        (await pickGroup(app.link, { title: "Show rebalances", clusterId }));
      if (groupId !== undefined) await showRebalances(app, { clusterId, groupId });
    },
  };
}

async function askForCluster(app: App): Promise<string | undefined> {
  const cluster = await pickCluster(app.link, {
    title: "Show rebalances",
    kinds: ["cluster", "playground", "trace"],
  });
  return cluster?.clusterId;
}

async function groupOfSession(
  app: App,
  target: Parameters<typeof groupIdOf>[0],
): Promise<string | undefined> {
  if (!target || !("sessionId" in target)) return undefined;
  const sessions = await app.link.request("session.list", {});
  return sessions.find(({ sessionId }) => sessionId === target.sessionId)?.groupId;
}

function isRow(argument: unknown): argument is TreeRow {
  return typeof argument === "object" && argument !== null && "node" in argument;
}

/** From the palette: what is selected in whichever of our trees has a selection. */
function selectedRow(app: App): TreeRow | undefined {
  const { clusters, debugConsumers, findings } = app.trees;
  return [clusters, debugConsumers, findings].flatMap(({ view }) => view.selection)[0];
}
