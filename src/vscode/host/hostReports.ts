import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import { commandIds } from "../ids.ts";
import { showErrorMessage, showInformationMessage, showWarningMessage } from "../ui/notify.ts";
import type { HostLink } from "./hostLink.ts";

/** What the worker has to say goes to the log; what the user must know now becomes a notification, and so does its death. */
export function reportHost(link: HostLink, log: vscode.LogOutputChannel): Disposable {
  const owned = new DisposableStore();
  owned.add(link.on("host.log")(({ level, message }) => log[level](message)));
  owned.add(
    link.on("host.notice")(({ severity, message }) => {
      log.info(message);
      const show = {
        info: showInformationMessage,
        warning: showWarningMessage,
        error: showErrorMessage,
      }[severity];
      offerLog(show(message, showLog));
    }),
  );
  owned.add(
    link.onDied(({ reason, restartInMs }) => {
      log.error(reason);
      const next =
        restartInMs === undefined
          ? "It ended several times within a minute, so it waits for your next command."
          : "It was started again; its debug consumers have ended.";
      const said = `The process behind Groupscope's views ended by itself. ${next} What was recorded until then is kept as a trace.`;
      void showErrorMessage(said, openTrace, showLog).then((answer) => {
        if (answer === showLog) void vscode.commands.executeCommand(commandIds.showLog);
        if (answer !== openTrace) return;
        openNewestKept(link).catch((error: unknown) => log.error("The kept trace cannot be opened.", error));
      });
    }),
  );
  return owned;
}

const showLog = "Show Log";
const openTrace = "Open trace";

async function openNewestKept(link: HostLink): Promise<void> {
  const [newest] = await link.request("trace.kept", {});
  // With nothing kept the command asks for a file.
  await vscode.commands.executeCommand(commandIds.openTrace, newest && vscode.Uri.file(newest.file));
}

function offerLog(answered: Thenable<string | undefined>): void {
  void answered.then((answer) => {
    if (answer === showLog) void vscode.commands.executeCommand(commandIds.showLog);
  });
}
