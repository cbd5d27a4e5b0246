import * as vscode from "vscode";
import { topicPartitionText } from "#base/topicPartition.ts";
import { playgroundClusterId } from "#host/channel/clusterRequests.ts";
import type { FaultChoice, FaultSummary } from "#host/channel/playgroundRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { checkWholeNumber } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askPick, askText } from "../ui/ask.ts";
import { showInformationMessage } from "../ui/notify.ts";
import { pickGroup, pickTopic } from "../ui/pickers.ts";
import { sayWhenClockPaused } from "./clockNotice.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { groupIdOf, numberIn, topicOf } from "./target.ts";

type Damage = Extract<FaultChoice, { readonly kind: "corruptNextBatch" }>["damage"];

/** A group that is Stable sends no SyncGroup: without a rebalance, nothing would be seen of the fault. */
async function sayWhenItTakesEffect(groupId: string): Promise<void> {
  const addMember = "Add Scripted Member";
  const chosen = await showInformationMessage(
    `SyncGroup answers of ${groupId} are held from its next rebalance on. A member that joins starts one.`,
    addMember,
  );
  if (chosen === addMember) {
    const target: NodeTarget = { kind: "group", clusterId: playgroundClusterId, groupId };
    await vscode.commands.executeCommand(commandIds.addScriptedMember, target);
  }
}

/** What was let go is answered; but nobody on the playground goes on while its time stands still. */
function sayWhenClockStands(app: App, held: number): Promise<void> {
  const what = held === 1 ? "The held request was let go" : `${held} held requests were let go`;
  return sayWhenClockPaused(app, `${what}, but nothing goes on yet`);
}

/** Trouble on demand: the playground's three faults, and what can be done with each. */
export function faultCommands(app: App): CommandFamily {
  const groupFor = async (target: NodeTarget | undefined, title: string) =>
    groupIdOf(target) ?? (await pickGroup(app.link, { title, clusterId: playgroundClusterId }));
  const onFault = async (
    target: NodeTarget | undefined,
    question: {
      readonly title: string;
      readonly accept: (fault: FaultSummary) => boolean;
      readonly letsGo: boolean;
    },
    run: (faultId: string) => Promise<void>,
  ) => {
    const faultId = target?.kind === "fault" ? target.faultId : await askFault(app, question);
    if (faultId === undefined) return;
    const { faults } = await app.link.request("playground.status", {});
    const held = faults.find((fault) => fault.faultId === faultId)?.holding ?? 0;
    await run(faultId);
    if (held > 0 && question.letsGo) void sayWhenClockStands(app, held);
  };
  return {
    [commandIds.holdSyncGroup]: async (target) => {
      const groupId = await groupFor(target, "Hold SyncGroup");
      if (groupId === undefined) return undefined;
      await app.link.request("playground.addFault", { kind: "holdSyncGroup", groupId });
      void sayWhenItTakesEffect(groupId);
      return undefined;
    },
    [commandIds.delayCommits]: async (target, argument) => {
      const groupId = await groupFor(target, "Delay commits");
      const delayMs =
        groupId === undefined ? undefined : (numberIn(argument, "delayMs") ?? (await askDelay(groupId)));
      if (groupId === undefined || delayMs === undefined) return undefined;
      return app.link.request("playground.addFault", { kind: "delayCommits", groupId, delayMs });
    },
    [commandIds.corruptNextBatch]: async (target) => {
      const title = "Corrupt the next batch";
      const topic = topicOf(target) ?? (await pickTopic(app.link, { title, clusterId: playgroundClusterId }));
      const partition = topic === undefined ? undefined : await partitionOf(app, topic, target);
      if (topic === undefined || partition === undefined) return undefined;
      const damage = await askDamage(app, `${title} of ${topicPartitionText({ topic, partition })}`);
      if (damage === undefined) return undefined;
      return app.link.request("playground.addFault", { kind: "corruptNextBatch", topic, partition, damage });
    },
    [commandIds.enableFault]: (target) =>
      onFault(
        target,
        { title: "Turn on fault", accept: ({ enabled }) => !enabled, letsGo: false },
        (faultId) => app.link.request("playground.setFaultEnabled", { faultId, enabled: true }),
      ),
    [commandIds.disableFault]: (target) =>
      onFault(
        target,
        { title: "Turn off fault", accept: ({ enabled }) => enabled, letsGo: true },
        (faultId) => app.link.request("playground.setFaultEnabled", { faultId, enabled: false }),
      ),
    [commandIds.releaseHeld]: (target) =>
      onFault(
        target,
        { title: "Release what it holds", accept: ({ holding }) => holding > 0, letsGo: true },
        (faultId) => app.link.request("playground.releaseHeld", { faultId }),
      ),
    [commandIds.removeFault]: (target) =>
      onFault(target, { title: "Remove fault", accept: () => true, letsGo: true }, (faultId) =>
        app.link.request("playground.removeFault", { faultId }),
      ),
  };
}

async function partitionOf(
  app: App,
  topic: string,
  target: NodeTarget | undefined,
): Promise<number | undefined> {
  if (target && "partition" in target) return target.partition;
  const topics = await app.link.request("cluster.topics", { clusterId: playgroundClusterId });
  const count = topics.find((each) => each.topic === topic)?.partitions ?? 1;
  const answer = await askPick({
    title: "Corrupt the next batch",
    placeholder: `Which partition of ${topic}?`,
    choices: Array.from({ length: count }, (_, partition) => ({
      choice: partition,
      label: `${topic}-${partition}`,
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

async function askDelay(groupId: string): Promise<number | undefined> {
  const answer = await askText({
    title: `Delay commits of ${groupId}`,
    prompt: "Seconds until each OffsetCommit is answered",
    // Longer than the tolerance, shorter than the session timeout: the commit hangs, nobody is evicted.
    value: "10",
    validate: checkWholeNumber(1, 600),
  });
  return typeof answer === "string" ? undefined : Number(answer.text) * 1_000;
}

async function askDamage(app: App, title: string): Promise<Damage | undefined> {
  const damages = await app.link.request("playground.damages", {});
  const answer = await askPick<Damage>({
    title,
    placeholder: "How is it damaged? It happens to the next batch that is produced there.",
    choices: damages.map(({ damage, name, description }) => ({
      choice: damage,
      label: name,
      detail: description,
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

async function askFault(
  app: App,
  question: { readonly title: string; readonly accept: (fault: FaultSummary) => boolean },
): Promise<string | undefined> {
  const { faults } = await app.link.request("playground.status", {});
  const candidates = faults.filter(question.accept);
  const [only] = candidates;
  if (!only) {
    void showInformationMessage("There is no such fault.");
    return undefined;
  }
  if (candidates.length === 1) return only.faultId;
  const answer = await askPick({
    title: question.title,
    placeholder: "Which fault?",
    choices: candidates.map(({ faultId, title, enabled, holding }) => ({
      choice: faultId,
      label: title,
      description: `${enabled ? "on" : "off"}${holding > 0 ? ` · holds ${holding}` : ""}`,
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}
