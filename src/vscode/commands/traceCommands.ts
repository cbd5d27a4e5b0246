import * as vscode from "vscode";
import type { KeptTrace } from "#host/channel/traceRequests.ts";
import type { App } from "../app.ts";
import { commandIds } from "../ids.ts";
import { askPick } from "../ui/ask.ts";
import { withLaterProgress } from "../ui/laterProgress.ts";
import { showInformationMessage, showWarningMessage, withProgress } from "../ui/notify.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { clusterIdOf } from "./target.ts";

const filters = { "Groupscope trace": ["jsonl"] };

/** Traces: save what was recorded, open one as read-only clusters, close it again. */
export function traceCommands(app: App): CommandFamily {
  return {
    [commandIds.saveTrace]: async (_target, argument) => {
      const file = asFile(argument) ?? (await askWhereToSave());
      if (!file) return undefined;
      const saved = await withProgress(
        { location: vscode.ProgressLocation.Window, title: "Saving trace" },
        () => app.link.request("trace.save", { file: file.fsPath }),
      );
      void saySaved(file, saved.observations);
      return saved;
    },
    [commandIds.openTrace]: async (_target, argument) => {
      const file = asFile(argument) ?? (await askWhatToOpen(app));
      if (!file) return undefined;
      const name = file.path.split("/").at(-1);
      const opened = await withLaterProgress(`Opening ${name}`, ({ report, signal }) =>
        app.link.request(
          "trace.open",
          { file: file.fsPath },
          { signal, onProgress: ({ readBytes, fileBytes }) => report(shareText(readBytes, fileBytes)) },
        ),
      );
      if (opened.notices.length > 0) {
        void showWarningMessage(`${opened.name}: ${opened.notices.join(" ")}`);
      }
      await vscode.commands.executeCommand("groupscope.clusters.focus");
      await app.trees.clusters.reveal(
        ({ target }) => target.kind === "cluster" && target.clusterId.startsWith(`${opened.traceId}/`),
      );
      return opened;
    },
    [commandIds.closeTrace]: async (target) => {
      const traces = await app.link.request("trace.list", {});
      const clusterId = clusterIdOf(target);
      const [only] = traces;
      const named = traces.find(({ traceId }) => clusterId?.startsWith(`${traceId}/`));
      const traceId = named?.traceId ?? (traces.length === 1 ? only?.traceId : await askTrace(traces));
      if (traceId === undefined) return;
      await app.link.request("trace.close", { traceId });
      app.panels.closeOf((id) => id.startsWith(`${traceId}/`));
    },
  };
}

/** Where it is, and two ways to it: who saves a trace gives it to somebody, or looks at it. */
async function saySaved(file: vscode.Uri, observations: number): Promise<void> {
  const open = "Open It";
  const show = "Show in Explorer";
  const shown = file.scheme === "file" && vscode.env.remoteName === undefined ? [show] : [];
  const answer = await showInformationMessage(
    `Saved ${observations.toLocaleString("en")} observations to ${file.fsPath}, without keys and values of records.`,
    open,
    ...shown,
  );
  if (answer === open) await vscode.commands.executeCommand(commandIds.openTrace, file);
  if (answer === show) await vscode.commands.executeCommand("revealFileInOS", file);
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

/** A file of the user's choice, or what an earlier worker of this workspace recorded until it ended. */
async function askWhatToOpen(app: App): Promise<vscode.Uri | undefined> {
  const kept = await app.link.request("trace.kept", {});
  if (kept.length === 0) return askFile();
  const answer = await askPick<KeptTrace | undefined>({
    title: "Open trace",
    placeholder: "Which trace?",
    choices: [
      { choice: undefined, label: "Choose a file…" },
      { label: "kept from before a crash or a reload", kind: vscode.QuickPickItemKind.Separator },
      ...kept.map((trace) => ({
        choice: trace,
        label: `Until ${new Date(trace.endedAt).toLocaleString()}`,
        description: megabytesText(trace.bytes),
      })),
    ],
  });
  if (typeof answer === "string") return undefined;
  return answer.choice ? vscode.Uri.file(answer.choice.file) : askFile();
}

async function askFile(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({ title: "Open trace", openLabel: "Open", filters });
  return chosen?.[0];
}

async function askTrace(
  traces: readonly { readonly traceId: string; readonly name: string }[],
): Promise<string | undefined> {
  if (traces.length === 0) {
    void showInformationMessage("No trace is open.");
    return undefined;
  }
  const answer = await askPick({
    title: "Close trace",
    placeholder: "Which trace?",
    choices: traces.map(({ traceId, name }) => ({ choice: traceId, label: name })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

function shareText(readBytes: number, fileBytes: number): string {
  return `${megabytesText(readBytes)} of ${megabytesText(fileBytes)}`;
}

function megabytesText(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
