import { playgroundClusterId } from "#host/channel/clusterRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { chooseProducer } from "../flows/produceFlow.ts";
import { chooseMember, chooseScript } from "../flows/scriptedMemberFlow.ts";
import { checkWholeNumber } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askPick, askText } from "../ui/ask.ts";
import { setStatusBarMessage, showInformationMessage, withProgress } from "../ui/notify.ts";
import { pickTopic } from "../ui/pickers.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { showRequests } from "./showPanels.ts";
import { groupIdOf, sessionIdOf, topicOf } from "./target.ts";

/** The embedded broker: start, stop, records, scripted members. */
export function playgroundCommands(app: App): CommandFamily {
  return {
    [commandIds.startPlayground]: async () => {
      const status = await withProgress({ location: { viewId: "groupscope.clusters" } }, () =>
        app.link.request("playground.start", { scene: true }),
      );
      const [node] = status.nodes;
      setStatusBarMessage(`The playground runs on ${node?.host}:${node?.port}.`, 5_000);
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
      const pace = { kind: "steady", recordsPerSecond } as const;
      await app.link.request("playground.startProducing", { topic, pace });
    },
    [commandIds.produceSamples]: async (target) => {
      const topic = await topicFor(app, target, "Produce");
      const options = topic && (await chooseProducer(app.link, topic));
      return options ? app.link.request("playground.startProducing", options) : undefined;
    },
    [commandIds.stopProducing]: async (target) => {
      const workloadId = target?.kind === "workload" ? target.workloadId : await askWorkload(app);
      if (workloadId !== undefined) await app.link.request("playground.stopProducing", { workloadId });
    },

    [commandIds.addScriptedMember]: async (target) => {
      const choice = await chooseMember(app.link, groupIdOf(target));
      return choice && app.link.request("playground.addMember", choice);
    },
    [commandIds.changeScriptedMember]: async (target) => {
      const name = await memberFor(app, target, "Change scripted member");
      const script = name && (await chooseScript(app.link, "Change scripted member"));
      if (!name || !script) return undefined;
      return app.link.request("playground.changeMember", { name, scriptId: script.scriptId });
    },
    [commandIds.removeScriptedMember]: async (target) => {
      const name = await memberFor(app, target, "Remove scripted member");
      if (name !== undefined) await app.link.request("playground.removeMember", { name });
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
    void showInformationMessage("Nothing is being produced.");
    return undefined;
  }
  if (workloads.length === 1) return only.workloadId;
  const answer = await askPick({
    title: "Stop producing",
    placeholder: "Which workload?",
    choices: workloads.map(({ workloadId, topic, description }) => ({
      choice: workloadId,
      label: topic,
      description,
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

/** The scripted member a row stands for, or the one chosen. */
async function memberFor(
  app: App,
  target: NodeTarget | undefined,
  title: string,
): Promise<string | undefined> {
  const { members } = await app.link.request("playground.status", {});
  const named = members.find(
    ({ memberId, sessionId }) =>
      (target?.kind === "member" && memberId === target.memberId) || sessionId === sessionIdOf(target),
  );
  if (named) return named.name;
  const groupId = groupIdOf(target);
  const candidates = members.filter((member) => groupId === undefined || member.groupId === groupId);
  if (candidates.length === 0) {
    void showInformationMessage("There is no scripted member.");
    return undefined;
  }
  const answer = await askPick({
    title,
    placeholder: "Which member?",
    choices: candidates.map(({ name, groupId, script, isAlive }) => ({
      choice: name,
      label: name,
      description: `${groupId} · ${script}${isAlive ? "" : " · away"}`,
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}
