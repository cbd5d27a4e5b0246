import type { TopicPartition } from "#base/topicPartition.ts";
import type { CommitReport, OffsetToCommit, SessionScope } from "#host/channel/sessionRequests.ts";
import type { App } from "../app.ts";
import { askOffset } from "../flows/askOffset.ts";
import { checkWholeNumber } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askPick, askText } from "../ui/ask.ts";
import { setStatusBarMessage, showInformationMessage, showWarningMessage } from "../ui/notify.ts";
import { pickSession } from "../ui/pickers.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { commitDeadlineMs } from "./commitDeadline.ts";
import { applyRemedyOf } from "./remedies.ts";
import { sessionIdOf, sessionScopeOf } from "./target.ts";

/** Commits of debug consumers: now, with a deadline; and letting go of one that waits. */
export function commitCommands(app: App): CommandFamily {
  return {
    [commandIds.commitNow]: async (target, argument) => {
      if (await applyRemedyOf(app, target, "commit")) return undefined;
      const session = sessionIdOf(target) ?? (await pickSession(app.link, "Commit now", joined))?.sessionId;
      if (session === undefined) return undefined;
      const deadlineMs = target ? (givenDeadline(argument) ?? commitDeadlineMs) : await askDeadline();
      if (deadlineMs === undefined) return undefined;
      return commit(app, { sessionId: session, deadlineMs });
    },
    [commandIds.commitOffset]: async (target) => {
      const title = "Commit an offset";
      const sessionId = sessionIdOf(target) ?? (await pickSession(app.link, title, joined))?.sessionId;
      if (sessionId === undefined) return undefined;
      const scope = target && sessionScopeOf(target);
      const all = await app.link.request("session.partitions", { sessionId });
      const offset = await askOffset(all.filter((each) => isInScope(scope, each)));
      return offset && commit(app, { sessionId, deadlineMs: commitDeadlineMs, offsets: [offset] });
    },
    [commandIds.releaseCommit]: async (target) => {
      if (await applyRemedyOf(app, target, "releaseCommit")) return;
      const waiting = await app.link.request("session.waitingCommits", { sessionId: sessionIdOf(target) });
      const [only] = waiting;
      if (!only) {
        void showInformationMessage("No commit waits.");
        return;
      }
      const answer =
        waiting.length === 1
          ? { choice: only }
          : await askPick({
              title: "Release waiter",
              placeholder: "Whoever waits for the commit goes on; the request itself is not taken back.",
              choices: waiting.map((commit) => ({
                choice: commit,
                label: `Commit by ${commit.sessionName}`,
                description: `waits ${(commit.waitedMs / 1_000).toFixed(1)} s · ${commit.partitions}`,
                detail: commit.waitsFor,
              })),
            });
      if (typeof answer === "string") return;
      const { sessionId, commitId } = answer.choice;
      const { released } = await app.link.request("session.releaseCommit", { sessionId, commitId });
      if (!released) void showInformationMessage("That commit has settled in the meantime.");
    },
  };
}

async function commit(
  app: App,
  order: {
    readonly sessionId: string;
    readonly deadlineMs: number;
    readonly offsets?: readonly OffsetToCommit[];
  },
): Promise<CommitReport> {
  const report = await app.link.request("session.commit", order);
  if (report.outcome === "committed") setStatusBarMessage(report.message, 5_000);
  else if (report.outcome !== "released") void showWarningMessage(report.message);
  return report;
}

function isInScope(scope: SessionScope | undefined, { topic, partition }: TopicPartition): boolean {
  if (!scope || "all" in scope) return true;
  return scope.topic === topic && (!("partition" in scope) || scope.partition === partition);
}

function joined({
  groupId,
  endedBecause,
}: {
  readonly groupId: string | undefined;
  readonly endedBecause: string | undefined;
}): boolean {
  return groupId !== undefined && endedBecause === undefined;
}

function givenDeadline(argument: unknown): number | undefined {
  const given =
    typeof argument === "object" && argument !== null && "deadlineMs" in argument
      ? argument.deadlineMs
      : undefined;
  return typeof given === "number" && given > 0 ? given : undefined;
}

async function askDeadline(): Promise<number | undefined> {
  const answer = await askText({
    title: "Commit now",
    prompt: "Seconds until the commit is given up, whatever the broker does",
    value: String(commitDeadlineMs / 1_000),
    validate: checkWholeNumber(1, 3_600),
  });
  return typeof answer === "string" ? undefined : Number(answer.text) * 1_000;
}
