import * as vscode from "vscode";
import { playgroundClusterId } from "#host/channel/clusterRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { checkGroupId, checkWholeNumber } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askMany, askPick, askText } from "../ui/ask.ts";
import { pickTopic } from "../ui/pickers.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { showRequests } from "./showPanels.ts";
import { groupIdOf, sessionIdOf, topicOf } from "./target.ts";

/** The embedded broker: start, stop, records, scripted members. */
export function playgroundCommands(app: App): CommandFamily {
  return {
    [commandIds.startPlayground]: async () => {
      const status = await vscode.window.withProgress({ location: { viewId: "groupscope.clusters" } }, () =>
        app.link.request("playground.start", { scene: true }),
      );
      const [node] = status.nodes;
      void vscode.window.setStatusBarMessage(`The playground runs on ${node?.host}:${node?.port}.`, 5_000);
      return status;
    },
    [commandIds.stopPlayground]: () => app.link.request("playground.stop", {}),

    [commandIds.showRequests]: (target) =>
      showRequests(app, {
        ...(groupIdOf(target) !== undefined && { groupId: groupIdOf(target) }),
        ...(target?.kind === "member" && { memberId: target.memberId }),
        ...(target?.kind === "node" && { nodeId: target.nodeId }),
      }),

    [commandIds.produceBurst]: async (target) => {
      const topic = await topicFor(app, target, "Produce a burst");
      const count = topic && (await askNumber("Produce a burst", "How many records?", 1_000, 1_000_000));
      if (!topic || !count) return undefined;
      return app.link.request("playground.produce", { topic, count });
    },
    [commandIds.produceSteadily]: async (target) => {
      const topic = await topicFor(app, target, "Produce steadily");
      const recordsPerSecond =
        topic && (await askNumber("Produce steadily", "Records a second", 10, 100_000));
      if (!topic || !recordsPerSecond) return;
      await app.link.request("playground.produceSteadily", { topic, recordsPerSecond });
    },
    [commandIds.stopProducing]: async (target) => {
      const workloadId = target?.kind === "workload" ? target.workloadId : await askWorkload(app);
      if (workloadId !== undefined) await app.link.request("playground.stopProducing", { workloadId });
    },

    [commandIds.addScriptedMember]: async (target) => {
      const groupId = groupIdOf(target) ?? (await askGroupId(app));
      const topics = groupId === undefined ? undefined : await askTopics(app, groupId);
      if (groupId === undefined || !topics) return undefined;
      return app.link.request("playground.addMember", { groupId, topics, assignors: [] });
    },
    [commandIds.removeScriptedMember]: async (target) => {
      const sessionId = sessionIdOf(target) ?? (await memberFor(app, target));
      if (sessionId !== undefined) await app.link.request("playground.removeMember", { sessionId });
    },
  };
}

async function topicFor(
  app: App,
  target: NodeTarget | undefined,
  title: string,
): Promise<string | undefined> {
  return topicOf(target) ?? (await pickTopic(app.link, { title, clusterId: playgroundClusterId }));
}

async function askNumber(
  title: string,
  prompt: string,
  preset: number,
  most: number,
): Promise<number | undefined> {
  const answer = await askText({ title, prompt, value: String(preset), validate: checkWholeNumber(1, most) });
  return typeof answer === "string" ? undefined : Number(answer.text);
}

async function askWorkload(app: App): Promise<string | undefined> {
  const { workloads } = await app.link.request("playground.status", {});
  const [only] = workloads;
  if (!only) {
    void vscode.window.showInformationMessage("Nothing produces steadily.");
    return undefined;
  }
  if (workloads.length === 1) return only.workloadId;
  const answer = await askPick({
    title: "Stop producing",
    placeholder: "Which workload?",
    choices: workloads.map(({ workloadId, topic, recordsPerSecond }) => ({
      choice: workloadId,
      label: topic,
      description: `${recordsPerSecond} records a second`,
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

async function askGroupId(app: App): Promise<string | undefined> {
  const groups = await app.link.request("cluster.groups", { clusterId: playgroundClusterId });
  const answer = await askPick<string>({
    title: "Add scripted member",
    placeholder: "Which group does it join? Type a name for a new group.",
    choices: groups.map(({ groupId, state }) => ({
      choice: groupId,
      label: groupId,
      description: state ?? "",
    })),
    create: (text) =>
      checkGroupId(text) === undefined && !groups.some(({ groupId }) => groupId === text)
        ? { choice: text, label: text, description: "new group", alwaysShow: true }
        : undefined,
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

/** A group that has members reads what they read; a new one has to say. */
async function askTopics(app: App, groupId: string): Promise<readonly string[] | undefined> {
  const { members } = await app.link.request("playground.status", {});
  if (members.some((member) => member.groupId === groupId)) return [];
  const topics = await app.link.request("cluster.topics", { clusterId: playgroundClusterId });
  const [only] = topics;
  if (only && topics.length === 1) return [only.topic];
  const answer = await askMany({
    title: "Add scripted member",
    placeholder: "Which topics does it read?",
    none: "Choose at least one topic",
    choices: topics.map(({ topic }) => ({ choice: topic, label: topic })),
  });
  return typeof answer === "string" ? undefined : answer.choices;
}

/** The scripted member a row of the Clusters tree stands for, or the one chosen. */
async function memberFor(app: App, target: NodeTarget | undefined): Promise<string | undefined> {
  const { members } = await app.link.request("playground.status", {});
  const named =
    target?.kind === "member" ? members.find(({ memberId }) => memberId === target.memberId) : undefined;
  if (named) return named.sessionId;
  const groupId = groupIdOf(target);
  const candidates = members.filter((member) => groupId === undefined || member.groupId === groupId);
  if (candidates.length === 0) {
    void vscode.window.showInformationMessage("There is no scripted member to remove.");
    return undefined;
  }
  const answer = await askPick({
    title: "Remove scripted member",
    placeholder: "Which member leaves?",
    choices: candidates.map(({ sessionId, name, groupId }) => ({
      choice: sessionId,
      label: name,
      description: groupId,
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}
