import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import { ChannelError } from "#host/channel/channelError.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import { type CommandId, commandIds } from "../ids.ts";
import { showErrorMessage, showWarningMessage } from "../ui/notify.ts";
import { targetOf } from "./target.ts";

/** Runs a command on what it was invoked on; undefined means it has to ask. */
export type CommandHandler = (target: NodeTarget | undefined, argument: unknown) => unknown;

/** The commands of one family. */
export type CommandFamily = Partial<Readonly<Record<CommandId, CommandHandler>>>;

/** Registers command families; a failure of any becomes a sentence with a way to the log. */
export function registerCommands(
  families: readonly CommandFamily[],
  log: vscode.LogOutputChannel,
): Disposable {
  const owned = new DisposableStore();
  for (const family of families) {
    for (const [id, handler] of Object.entries(family)) {
      owned.add(
        vscode.commands.registerCommand(id, async (argument: unknown) => {
          try {
            return await handler(targetOf(argument), argument);
          } catch (error) {
            return showFailure(id, error, log);
          }
        }),
      );
    }
  }
  return owned;
}

/** Says what went wrong. A cancelled command and a worker that died (reported once, elsewhere) say nothing. */
function showFailure(id: string, error: unknown, log: vscode.LogOutputChannel): undefined {
  if (ChannelError.is(error, "CANCELLED")) return undefined;
  const detail = ChannelError.is(error) ? error.detail : undefined;
  log.error(`${id}: ${error instanceof Error ? error.message : String(error)}`, detail ?? error);
  if (ChannelError.is(error, "EXITED")) return undefined;
  const message = error instanceof Error ? error.message : String(error);
  const say = ChannelError.is(error, "REFUSED", "NOT_FOUND") ? showWarningMessage : showErrorMessage;
  void say(message, "Show Log").then((answer) => {
    if (answer) void vscode.commands.executeCommand(commandIds.showLog);
  });
  return undefined;
}
