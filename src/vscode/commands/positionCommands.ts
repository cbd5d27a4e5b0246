import * as vscode from "vscode";
import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import type { SeekTarget, SkipPreview } from "#host/channel/sessionRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { askPlace, placeChoices } from "../flows/askPlace.ts";
import { checkStep } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askPick, askText } from "../ui/ask.ts";
import { pickPartitions, pickSession } from "../ui/pickers.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { commitDeadlineMs } from "./commitCommands.ts";
import { sessionIdOf } from "./target.ts";

interface Chosen {
  readonly sessionId: string;
  readonly partitions: readonly TopicPartition[];
}

/** Moving a debug consumer's position: seek, skip to end. */
export function positionCommands(app: App): CommandFamily {
  return {
    [commandIds.seek]: async (target) => {
      const chosen = await choose(app, target, "Seek");
      const seekTarget = chosen && (await askSeekTarget());
      if (!chosen || !seekTarget) return undefined;
      return app.link.request("session.seek", { ...chosen, target: seekTarget });
    },
    [commandIds.skipToEnd]: async (target) => {
      const chosen = await choose(app, target, "Skip to end");
      if (!chosen) return;
      const previews = await app.link.request("session.previewSkip", chosen);
      const decision = await confirmSkip(previews);
      if (!decision) return;
      const { skipped, commit } = await app.link.request("session.skipToEnd", {
        ...chosen,
        commit: decision === "skipAndCommit",
        deadlineMs: commitDeadlineMs,
      });
      const moved = skipped.map(({ topic, partition, to }) => `${topic}-${partition} to ${to}`);
      const said = `Skipped ${moved.join(", ")}.`;
      if (commit && commit.outcome !== "committed")
        void vscode.window.showWarningMessage(`${said} ${commit.message}`);
      else void vscode.window.setStatusBarMessage(said, 5_000);
    },
  };
}

/** The partitions a row stands for; from the palette, and on a session's row, they are asked for. */
async function choose(app: App, target: NodeTarget | undefined, title: string): Promise<Chosen | undefined> {
  if (target?.kind === "sessionPartition") {
    return {
      sessionId: target.sessionId,
      partitions: [{ topic: target.topic, partition: target.partition }],
    };
  }
  const sessionId = sessionIdOf(target) ?? (await pickSession(app.link, title))?.sessionId;
  if (sessionId === undefined) return undefined;
  const topic = target?.kind === "sessionTopic" ? target.topic : undefined;
  const partitions = await pickPartitions(app.link, {
    title,
    sessionId,
    accept: (each) => topic === undefined || each.topic === topic,
    none: "The debug consumer has no partition assigned.",
  });
  return (
    partitions && { sessionId, partitions: partitions.map(({ topic, partition }) => ({ topic, partition })) }
  );
}

async function askSeekTarget(): Promise<SeekTarget | undefined> {
  const title = "Seek";
  const answer = await askPick<SeekTarget["kind"]>({
    title,
    placeholder: "Where to? Buffered records of the partition are let go; nothing is committed.",
    choices: [
      ...placeChoices,
      { choice: "step", label: "Forward or back…", description: "so many offsets from where it stands" },
    ],
  });
  if (typeof answer === "string") return undefined;
  if (answer.choice !== "step") return askPlace(title, answer.choice);
  const step = await askText({
    title,
    prompt: "How many offsets? Back with a minus sign",
    placeholder: "-10",
    validate: checkStep,
  });
  return typeof step === "string" ? undefined : { kind: "step", by: BigInt(step.text.trim()) };
}

async function confirmSkip(previews: readonly SkipPreview[]): Promise<"skip" | "skipAndCommit" | undefined> {
  if (previews.every(({ from, to }) => from === to)) {
    void vscode.window.showInformationMessage(
      "There is nothing to skip: the position is at the end already.",
    );
    return undefined;
  }
  const lines = previews.map(
    (each) =>
      `${topicPartitionText(each)}: ${each.from ?? "–"} → ${each.to} (${each.records ?? "–"} records)`,
  );
  const answer = await askPick<"skip" | "skipAndCommit">({
    title: `Skip to end · ${total(previews).toLocaleString("en")} records will not be delivered`,
    placeholder:
      lines.length > 3 ? `${lines.slice(0, 3).join(" · ")} and ${lines.length - 3} more` : lines.join(" · "),
    choices: [
      { choice: "skip", label: "Skip", description: "this consumer only; nothing is committed" },
      {
        choice: "skipAndCommit",
        label: "Skip and commit",
        description: "the group goes on from the end, whoever reads next",
      },
      ...lines.map((line) => ({ label: line, alwaysShow: true })),
    ],
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

function total(previews: readonly SkipPreview[]): bigint {
  return previews.reduce((sum, { records }) => sum + (records ?? 0n), 0n);
}
