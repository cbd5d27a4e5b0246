import * as vscode from "vscode";
import type { RemedyAction } from "#host/channel/findingRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { commandIds } from "../ids.ts";
import { showInformationMessage, showWarningMessage } from "../ui/notify.ts";
import { allowRebalance } from "./allowRebalance.ts";
import { showRebalances } from "./showPanels.ts";
import { retryBatch, skipBatch } from "./skipBatch.ts";
import { skipToTime, skipWithPreview } from "./skipWithPreview.ts";

/** Carries out the next step of a finding. */
export async function applyRemedy(app: App, action: RemedyAction): Promise<void> {
  switch (action.kind) {
    case "showCommit":
    case "showRebalances":
      return showRebalances(app, action);
    case "releaseCommit": {
      const { released } = await app.link.request("session.releaseCommit", action);
      if (!released) void showInformationMessage("That commit has settled in the meantime.");
      return;
    }
    case "retryBatch":
      return retryBatch(app, action);
    case "skipBatch":
      return skipBatch(app, action);
    case "allowRebalance":
      return allowRebalance(app, action.sessionId);
    case "poll":
      await vscode.commands.executeCommand(commandIds.poll, { ...action, kind: "session" });
      return;
    case "commit":
      await vscode.commands.executeCommand(commandIds.commitNow, { ...action, kind: "session" });
      return;
    case "seek":
      await vscode.commands.executeCommand(commandIds.seek, { ...action, kind: "sessionPartition" });
      return;
    case "resume":
      for (const scope of action.partitions)
        await app.link.request("session.resume", { sessionId: action.sessionId, scope });
      return;
    case "skipToEnd":
      return skipWithPreview(app, action, { to: { kind: "end" } });
    case "skipByDiscarding":
      return skipWithPreview(app, action, { to: { kind: "end" }, rather: "discard" });
    case "skipToTime":
      return skipToTime(app, action);
    case "saveBatch":
      return saveBytes(app, action.bytesId);
    case "removeMember":
      return removeMember(app, action);
    case "stopSession":
      await vscode.commands.executeCommand(commandIds.stopDebugConsumer, { ...action, kind: "session" });
      return;
    case "startConsumer":
      await vscode.commands.executeCommand(commandIds.startDebugConsumer, { ...action, kind: "group" });
      return;
    case "changeMember":
      await vscode.commands.executeCommand(commandIds.changeScriptedMember, { ...action, kind: "group" });
      return;
    case "migrateAssignor":
      await vscode.commands.executeCommand(commandIds.migrateAssignor, { ...action, kind: "group" });
      return;
    case "disableFault":
      return app.link.request("playground.setFaultEnabled", { faultId: action.faultId, enabled: false });
    case "startPlayground":
      await vscode.commands.executeCommand(commandIds.startPlayground);
      return;
    case "reconnectCluster":
      await vscode.commands.executeCommand(commandIds.reconnectCluster, { ...action, kind: "cluster" });
      return;
    case "editCluster":
      await vscode.commands.executeCommand(commandIds.editCluster, { ...action, kind: "cluster" });
      return;
  }
}

/** On a finding's row: carries out its remedy of one of those kinds. False when the target is no finding. */
export async function applyRemedyOf(
  app: App,
  target: NodeTarget | undefined,
  ...kinds: readonly RemedyAction["kind"][]
): Promise<boolean> {
  if (target?.kind !== "finding") return false;
  const finding = await app.link.request("finding.get", target);
  const remedy = finding?.remedies.find(({ action }) => kinds.includes(action.kind));
  if (remedy) await applyRemedy(app, remedy.action);
  else void showInformationMessage("This is no longer so.");
  return true;
}

/** Whether a page really handed back what it was given: pages are ours, but what they post is only data. */
export function isRemedy(value: unknown): value is RemedyAction {
  return typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string";
}

async function saveBytes(app: App, bytesId: string): Promise<void> {
  const bytes = await app.link.request("bytes.get", { bytesId });
  if (!bytes) {
    void showInformationMessage("The bytes of that batch are no longer kept.");
    return;
  }
  const file = await vscode.window.showSaveDialog({
    title: "Save batch",
    filters: { "Record batch": ["bin"] },
  });
  if (file) await vscode.workspace.fs.writeFile(file, bytes);
}

/** Cannot be taken back by us, so it is asked about once more. */
async function removeMember(
  app: App,
  action: Extract<RemedyAction, { kind: "removeMember" }>,
): Promise<void> {
  const remove = "Remove member";
  const answer = await showWarningMessage(
    `Remove ${action.memberId} from group ${action.groupId}?`,
    {
      modal: true,
      detail: "The group rebalances without it. If the application still runs, it will join again.",
    },
    remove,
  );
  if (answer === remove) {
    await app.link.request("group.removeMember", {
      clusterId: action.clusterId,
      groupId: action.groupId,
      memberId: action.memberId,
    });
  }
}
