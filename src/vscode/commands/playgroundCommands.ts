import { playgroundClusterId } from "#host/channel/clusterRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { chooseProducer } from "../flows/produceFlow.ts";
import { stoppingText } from "../flows/stoppingWords.ts";
import { checkWholeNumber } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askPick, askText } from "../ui/ask.ts";
import {
  setStatusBarMessage,
  showInformationMessage,
  showWarningMessage,
  withProgress,
} from "../ui/notify.ts";
import { pickTopic } from "../ui/pickers.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { showRequests } from "./showPanels.ts";
import { groupIdOf, sessionIdOf, topicOf } from "./target.ts";

/** The embedded broker: start, stop, records, requests. */
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
    [commandIds.stopPlayground]: async (_target, argument) => {
      if (isSure(argument) || (await mayStop(app))) await app.link.request("playground.stop", {});
    },

    [commandIds.showRequests]: async (target) =>
      showRequests(app, {
        ...(sessionIdOf(target) !== undefined && { clientId: await clientIdOf(app, target) }),
        ...(groupIdOf(target) !== undefined && { groupId: groupIdOf(target) }),
        ...(target?.kind === "member" && { memberId: target.memberId }),
        ...(target?.kind === "node" && { nodeId: target.nodeId }),
      }),

    [commandIds.produceBurst]: async (target) => {
      const topic = await topicFor(app, target, "Produce a burst");
      const count =
        topic && (await askNumber(`Produce a burst to ${topic}`, "How many records?", 1_000, 1_000_000));
      if (!topic || !count) return undefined;
      return app.link.request("playground.produce", { topic, count });
    },
    [commandIds.produceSteadily]: async (target) => {
      const topic = await topicFor(app, target, "Produce steadily");
      const recordsPerSecond =
        topic && (await askNumber(`Produce steadily to ${topic}`, "Records a second", 10, 100_000));
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
  };
}

/** Said by whoever runs the command from code, where nobody can be asked. */
function isSure(argument: unknown): boolean {
  return typeof argument === "object" && argument !== null && "sure" in argument && argument.sure === true;
}

/** Asks only when something is lost by it. */
async function mayStop(app: App): Promise<boolean> {
  const { running, stopping } = await app.link.request("playground.status", {});
  const detail = running ? stoppingText(stopping) : undefined;
  if (detail === undefined) return true;
  const stop = "Stop";
  return (await showWarningMessage("Stop the playground?", { modal: true, detail }, stop)) === stop;
}

async function clientIdOf(app: App, target: NodeTarget | undefined): Promise<string | undefined> {
  const sessions = await app.link.request("session.list", {});
  return sessions.find(({ sessionId }) => sessionId === sessionIdOf(target))?.clientId;
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
