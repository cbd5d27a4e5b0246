import type { PollMode } from "#host/channel/sessionRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { emptyPollText } from "../flows/orderWords.ts";
import { checkWholeNumber } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askPick, askText } from "../ui/ask.ts";
import { setStatusBarMessage } from "../ui/notify.ts";
import { pickPartitions, pickSession } from "../ui/pickers.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { sessionIdOf, sessionScopeOf } from "./target.ts";

/** What is delivered when: poll n, hold, step, flow, pause, resume. */
export function deliveryCommands(app: App): CommandFamily {
  const sessionOf = async (target: NodeTarget | undefined, title: string) =>
    sessionIdOf(target) ?? (await pickSession(app.link, title))?.sessionId;
  const setMode = async (
    target: NodeTarget | undefined,
    title: string,
    choose: () => Promise<PollMode | undefined>,
  ) => {
    const sessionId = await sessionOf(target, title);
    if (sessionId === undefined) return;
    const pollMode = await choose();
    if (pollMode) await app.link.request("session.pollMode", { sessionId, pollMode });
  };
  const poll = async (sessionId: string, maxRecords: number) => {
    const { records } = await app.link.request("session.poll", { sessionId, maxRecords });
    const said =
      records === 0
        ? emptyPollText(await app.link.request("session.partitions", { sessionId }))
        : `Poll delivered ${records} ${records === 1 ? "record" : "records"}.`;
    setStatusBarMessage(said, 4_000);
    return records;
  };
  return {
    [commandIds.poll]: async (target, argument) => {
      const sessionId = await sessionOf(target, "Poll records");
      if (sessionId === undefined) return undefined;
      const given = wantedRecords(argument);
      if (given !== undefined) return poll(sessionId, given);
      const answer = await askText({
        title: "Poll records",
        prompt: "How many records at most?",
        value: "10",
        validate: checkWholeNumber(1, 10_000),
      });
      return typeof answer === "string" ? undefined : poll(sessionId, Number(answer.text));
    },
    [commandIds.step]: async (target) => {
      const sessionId = await sessionOf(target, "Step");
      return sessionId === undefined ? undefined : poll(sessionId, 1);
    },
    [commandIds.hold]: (target) => setMode(target, "Hold", () => Promise.resolve({ mode: "hold" })),
    [commandIds.flow]: (target) => setMode(target, "Flow", askFlow),

    [commandIds.pause]: async (target) => {
      if (target && sessionIdOf(target) !== undefined) {
        const sessionId = sessionIdOf(target) ?? "";
        return app.link.request("session.pause", { sessionId, scope: sessionScopeOf(target) });
      }
      return eachPartition(app, "pause");
    },
    [commandIds.resume]: async (target) => {
      if (target && sessionIdOf(target) !== undefined) {
        const sessionId = sessionIdOf(target) ?? "";
        return app.link.request("session.resume", { sessionId, scope: sessionScopeOf(target) });
      }
      return eachPartition(app, "resume");
    },
  };
}

function wantedRecords(argument: unknown): number | undefined {
  const given =
    typeof argument === "object" && argument !== null && "maxRecords" in argument
      ? argument.maxRecords
      : undefined;
  return typeof given === "number" && Number.isInteger(given) && given > 0 ? given : undefined;
}

/** From the palette: which partitions of which consumer. */
async function eachPartition(app: App, verb: "pause" | "resume"): Promise<void> {
  const title = verb === "pause" ? "Pause" : "Resume";
  const session = await pickSession(app.link, title);
  if (!session) return;
  const partitions = await pickPartitions(app.link, {
    title,
    sessionId: session.sessionId,
    accept: ({ paused }) => paused === (verb === "resume"),
    none: verb === "pause" ? "No partition is running." : "No partition is paused.",
  });
  for (const { topic, partition } of partitions ?? []) {
    await app.link.request(`session.${verb}`, { sessionId: session.sessionId, scope: { topic, partition } });
  }
}

async function askFlow(): Promise<PollMode | undefined> {
  const answer = await askPick<number | "other">({
    title: "Flow",
    placeholder: "How fast are records delivered?",
    choices: [
      { choice: 0, label: "As fast as they come" },
      { choice: 1, label: "1 record a second" },
      { choice: 10, label: "10 records a second" },
      { choice: 100, label: "100 records a second" },
      { choice: "other", label: "Another rate…" },
    ],
  });
  if (typeof answer === "string") return undefined;
  if (answer.choice === 0) return { mode: "flow" };
  if (answer.choice !== "other") return { mode: "flow", recordsPerSecond: answer.choice };
  const rate = await askText({
    title: "Flow",
    prompt: "Records a second",
    value: "50",
    validate: checkWholeNumber(1, 1_000_000),
  });
  return typeof rate === "string" ? undefined : { mode: "flow", recordsPerSecond: Number(rate.text) };
}
