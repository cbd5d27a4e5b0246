import * as vscode from "vscode";
import { topicPartitionText } from "#base/topicPartition.ts";
import type { SkipStep, SkipTarget, SkipWay } from "#host/channel/sessionRequests.ts";
import type { App } from "../app.ts";
import { askPlace } from "../flows/askPlace.ts";
import { askSkipWay, type SkipDecision } from "../flows/askSkip.ts";
import { partitionsTitle } from "../flows/questionTitle.ts";
import { isNothingToSkip, skippedText, skipTitle } from "../flows/skipPreview.ts";
import {
  setStatusBarMessage,
  showInformationMessage,
  showWarningMessage,
  withProgress,
} from "../ui/notify.ts";
import { type ChosenPartitions, sessionFor } from "./choosePartitions.ts";
import { commitDeadlineMs } from "./commitDeadline.ts";

/** Shows what would be left out of each partition, asks how, with `rather` offered first, and does it. */
export async function skipWithPreview(
  app: App,
  { sessionId, partitions }: ChosenPartitions,
  { to, rather }: { readonly to: SkipTarget; readonly rather?: SkipWay },
): Promise<void> {
  const chosen = { sessionId, partitions };
  const previews = await app.link.request("session.previewSkip", { ...chosen, to });
  if (isNothingToSkip(previews)) {
    void showInformationMessage(
      `There is nothing to skip: the position is ${to.kind === "end" ? "at the end" : "there"} already.`,
    );
    return;
  }
  const decision = await askSkipWay(previews, { to, rather, ...(await membershipOf(app, sessionId)) });
  if (decision) await skip(app, chosen, { to, decision });
}

/** The same up to a time that is asked for. */
export async function skipToTime(
  app: App,
  chosen: ChosenPartitions & { readonly clusterId: string },
): Promise<void> {
  const session = await sessionFor(app, { ...chosen, kind: "session" }, "Skip");
  if (!session) return;
  const to = await askPlace(partitionsTitle("Skip", chosen.partitions, session.name), "timestamp");
  if (to?.kind === "timestamp") await skipWithPreview(app, chosen, { to });
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
