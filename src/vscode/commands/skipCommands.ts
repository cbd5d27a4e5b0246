import * as vscode from "vscode";
import { topicPartitionText } from "#base/topicPartition.ts";
import type { SkipStep, SkipTarget } from "#host/channel/sessionRequests.ts";
import type { App } from "../app.ts";
import { askSkipTarget, askSkipWay, type SkipDecision } from "../flows/askSkip.ts";
import { isNothingToSkip, skippedText, skipTitle } from "../flows/skipPreview.ts";
import { commandIds } from "../ids.ts";
import {
  setStatusBarMessage,
  showInformationMessage,
  showWarningMessage,
  withProgress,
} from "../ui/notify.ts";
import { type ChosenPartitions, choosePartitions } from "./choosePartitions.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { commitDeadlineMs } from "./commitCommands.ts";

/** Leaving out what arrived: up to the end or a time, in the three ways users know, with a look at it before. */
export function skipCommands(app: App): CommandFamily {
  return {
    [commandIds.skip]: async (target) => {
      const about = await choosePartitions(app, target, "Skip");
      const to = about && (await askSkipTarget(about.title));
      if (!about || !to) return;
      const { chosen } = about;
      const previews = await app.link.request("session.previewSkip", { ...chosen, to });
      if (isNothingToSkip(previews)) {
        void showInformationMessage(
          `There is nothing to skip: the position is ${to.kind === "end" ? "at the end" : "there"} already.`,
        );
        return;
      }
      const decision = await askSkipWay(previews, { to, ...(await membershipOf(app, chosen.sessionId)) });
      if (decision) await skip(app, chosen, { to, decision });
    },
  };
}

async function membershipOf(
  app: App,
  sessionId: string,
): Promise<{ readonly isMember: boolean; readonly inGroup: boolean }> {
  const sessions = await app.link.request("session.list", {});
  const session = sessions.find((each) => each.sessionId === sessionId);
  const inGroup = session?.groupId !== undefined;
  return { inGroup, isMember: inGroup && session.membership !== "direct" };
}

/** Moving is done at once; what takes time shows how far it is, and can be stopped where it is. */
async function skip(
  app: App,
  chosen: ChosenPartitions,
  { to, decision }: { readonly to: SkipTarget; readonly decision: SkipDecision },
): Promise<void> {
  const order = { ...chosen, to, ...decision, deadlineMs: commitDeadlineMs };
  const { skipped, commit } =
    decision.how === "move"
      ? await app.link.request("session.skip", order)
      : await withProgress(
          { location: vscode.ProgressLocation.Notification, title: skipTitle(to), cancellable: true },
          (progress, token) => {
            const controller = new AbortController();
            token.onCancellationRequested(() => controller.abort());
            if (decision.how === "rejoin")
              progress.report({ message: "leaving the group and joining it again" });
            return app.link.request("session.skip", order, {
              signal: controller.signal,
              onProgress: (step) => progress.report({ message: stepText(step) }),
            });
          },
        );
  const said = skippedText(skipped);
  if (commit && commit.outcome !== "committed") void showWarningMessage(`${said} ${commit.message}`);
  else setStatusBarMessage(said, 5_000);
}

function stepText(step: SkipStep): string {
  const { position, to, records } = step;
  const at =
    position === undefined ? "" : ` at ${position.toLocaleString("en")} of ${to.toLocaleString("en")}`;
  return `${topicPartitionText(step)}${at}, ${records.toLocaleString("en")} discarded`;
}
