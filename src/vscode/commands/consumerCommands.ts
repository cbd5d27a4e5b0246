import * as vscode from "vscode";
import { playgroundClusterId } from "#host/channel/clusterRequests.ts";
import type { App } from "../app.ts";
import { chooseConsumer } from "../flows/startConsumerFlow.ts";
import { commandIds } from "../ids.ts";
import { showWarningMessage, withProgress } from "../ui/notify.ts";
import { isMember, pickSession } from "../ui/pickers.ts";
import { sayWhenClockPaused } from "./clockNotice.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { showRecords } from "./showPanels.ts";
import { sessionIdOf } from "./target.ts";

/** Starting and ending debug consumers, and reading what they were delivered. */
export function consumerCommands(app: App): CommandFamily {
  return {
    [commandIds.startDebugConsumer]: async (target) => {
      const choice = await chooseConsumer(app, target);
      if (!choice) return undefined;
      const started = await app.link.request("session.start", choice);
      await vscode.commands.executeCommand("groupscope.debugConsumers.focus");
      if (choice.clusterId === playgroundClusterId) {
        const begins = choice.groupId === undefined ? "to read" : `to join ${choice.groupId}`;
        void sayWhenClockPaused(app, `${started.name} waits ${begins}`);
      }
      return started;
    },

    [commandIds.stopDebugConsumer]: async (target) => {
      const sessionId = sessionIdOf(target) ?? (await pickSession(app.link, "Leave and stop"))?.sessionId;
      if (sessionId !== undefined) await stop(app, { sessionId, leaveGroup: true });
    },

    [commandIds.commitAndStop]: async (target) => {
      const title = "Commit, leave and stop";
      const sessionId = sessionIdOf(target) ?? (await pickSession(app.link, title, isMember))?.sessionId;
      if (sessionId !== undefined) await stop(app, { sessionId, leaveGroup: true, commit: true });
    },

    [commandIds.stopWithoutLeaving]: async (target) => {
      const title = "Stop without leaving the group";
      const sessionId = sessionIdOf(target) ?? (await pickSession(app.link, title, isMember))?.sessionId;
      if (sessionId !== undefined) await stop(app, { sessionId, leaveGroup: false });
    },

    [commandIds.dismissDebugConsumer]: async (target) => {
      const sessionId =
        sessionIdOf(target) ??
        (
          await pickSession(
            app.link,
            "Remove from the list",
            ({ endedBecause }) => endedBecause !== undefined,
          )
        )?.sessionId;
      if (sessionId !== undefined) await app.link.request("session.dismiss", { sessionId });
    },

    [commandIds.showRecords]: async (target) => {
      if (
        target?.kind === "session" ||
        target?.kind === "sessionTopic" ||
        target?.kind === "sessionPartition"
      ) {
        return showRecords(app, target);
      }
      const session = await pickSession(app.link, "Show records", () => true);
      if (session) await showRecords(app, session);
    },
  };
}

async function stop(
  app: App,
  order: { readonly sessionId: string; readonly leaveGroup: boolean; readonly commit?: boolean },
): Promise<void> {
  // A commit that hangs keeps it for seconds: the bar on the view alone does not say that anything was asked.
  const { couldNot } = await withProgress(
    { location: vscode.ProgressLocation.Window, title: stoppingText(order) },
    () =>
      withProgress({ location: { viewId: "groupscope.debugConsumers" } }, () =>
        app.link.request("session.stop", order),
      ),
  );
  if (couldNot.length > 0) {
    void showWarningMessage(`The debug consumer ended, but: ${couldNot.join(" ")}`);
  }
}

function stoppingText({
  leaveGroup,
  commit,
}: {
  readonly leaveGroup: boolean;
  readonly commit?: boolean;
}): string {
  const steps = [commit ? "commits" : undefined, leaveGroup ? "leaves its group" : undefined, "stops"];
  return `Debug consumer: ${steps.filter((step) => step !== undefined).join(", then ")}`;
}
