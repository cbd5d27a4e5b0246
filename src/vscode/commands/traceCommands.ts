import * as vscode from "vscode";
import type { App } from "../app.ts";
import { commandIds } from "../ids.ts";
import { askPick } from "../ui/ask.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { clusterIdOf } from "./target.ts";

const filters = { "Groupscope trace": ["jsonl"] };

/** Traces: save what was recorded, open one as read-only clusters, close it again. */
export function traceCommands(app: App): CommandFamily {
  return {
    [commandIds.saveTrace]: async (_target, argument) => {
      const file = asFile(argument) ?? (await askWhereToSave());
      if (!file) return undefined;
      const saved = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: "Saving trace" },
        () => app.link.request("trace.save", { file: file.fsPath }),
      );
      void vscode.window.setStatusBarMessage(
        `Saved ${saved.observations.toLocaleString("en")} observations. Keys and values of records are not among them.`,
        6_000,
      );
      return saved;
    },
    [commandIds.openTrace]: async (_target, argument) => {
      const file = asFile(argument) ?? (await askWhatToOpen());
      if (!file) return undefined;
      const opened = await vscode.window.withProgress({ location: { viewId: "groupscope.clusters" } }, () =>
        app.link.request("trace.open", { file: file.fsPath }),
      );
      if (opened.notices.length > 0) {
        void vscode.window.showWarningMessage(`${opened.name}: ${opened.notices.join(" ")}`);
      }
      await vscode.commands.executeCommand("groupscope.clusters.focus");
      return opened;
    },
    [commandIds.closeTrace]: async (target) => {
      const traces = await app.link.request("trace.list", {});
      const clusterId = clusterIdOf(target);
      const [only] = traces;
      const named = traces.find(({ traceId }) => clusterId?.startsWith(traceId));
      const traceId = named?.traceId ?? (traces.length === 1 ? only?.traceId : await askTrace(traces));
      if (traceId !== undefined) await app.link.request("trace.close", { traceId });
    },
  };
}

function asFile(argument: unknown): vscode.Uri | undefined {
  return argument instanceof vscode.Uri ? argument : undefined;
}

function askWhereToSave(): Thenable<vscode.Uri | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const name = `groupscope-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.jsonl`;
  return vscode.window.showSaveDialog({
    title: "Save trace",
    filters,
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder.uri, name) }),
  });
}

async function askWhatToOpen(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({ title: "Open trace", openLabel: "Open", filters });
  return chosen?.[0];
}

async function askTrace(
  traces: readonly { readonly traceId: string; readonly name: string }[],
): Promise<string | undefined> {
  if (traces.length === 0) {
    void vscode.window.showInformationMessage("No trace is open.");
    return undefined;
  }
  const answer = await askPick({
    title: "Close trace",
    placeholder: "Which trace?",
    choices: traces.map(({ traceId, name }) => ({ choice: traceId, label: name })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}
