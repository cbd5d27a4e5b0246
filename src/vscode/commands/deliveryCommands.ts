import type { PollMode } from "#host/channel/sessionRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { emptyPollText } from "../flows/orderWords.ts";
import { checkWholeNumber } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askPick, askText } from "../ui/ask.ts";
import { setStatusBarMessage, showInformationMessage } from "../ui/notify.ts";
import { pickPartitions, pickSession } from "../ui/pickers.ts";
import { sessionFor } from "./choosePartitions.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { showRecords } from "./showPanels.ts";
import { sessionIdOf, sessionScopeOf } from "./target.ts";

/** What is delivered when: poll n, hold, step, flow, pause, resume. */
export function deliveryCommands(app: App): CommandFamily {
  const setMode = async (
    target: NodeTarget | undefined,
    verb: string,
    choose: (title: string) => Promise<PollMode | undefined>,
  ) => {
    const session = await sessionFor(app, target, verb);
    if (!session) return;
    const { sessionId } = session;
    const pollMode = await choose(`${verb} · ${session.name}`);
    if (pollMode) await app.link.request("session.pollMode", { sessionId, pollMode });
  };
  const isLookingAt = (sessionId: string) =>
    app.panels.shows((subject) => subject.panel === "records" && subject.sessionId === sessionId);
  /** Many records at once are polled to be looked at, if they are not already; one, by who steps and watches the row. */
  const poll = async (sessionId: string, maxRecords: number) => {
    const { records } = await app.link.request("session.poll", { sessionId, maxRecords });
    if (records > 0 && maxRecords > 1 && !isLookingAt(sessionId)) {
      void offerRecords(app, sessionId, records);
      return records;
    }
    const said =
      records === 0
        ? emptyPollText(await app.link.request("session.partitions", { sessionId }))
        : deliveredText(records);
    setStatusBarMessage(said, 4_000);
    return records;
  };
  return {
    [commandIds.poll]: async (target, argument) => {
      const session = await sessionFor(app, target, "Poll records");
      if (!session) return undefined;
      const { sessionId } = session;
      const given = wantedRecords(argument);
      if (given !== undefined) return poll(sessionId, given);
      const answer = await askText({
        title: `Poll records · ${session.name}`,
        prompt: "How many records at most?",
        value: "10",
        validate: checkWholeNumber(1, 10_000),
      });
      return typeof answer === "string" ? undefined : poll(sessionId, Number(answer.text));
    },
    [commandIds.step]: async (target) => {
      const session = await sessionFor(app, target, "Step");
      return session && poll(session.sessionId, 1);
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

function deliveredText(records: number): string {
  return `Poll delivered ${records.toLocaleString("en")} ${records === 1 ? "record" : "records"}.`;
}

async function offerRecords(app: App, sessionId: string, records: number): Promise<void> {
  const show = "Show Records";
  const answer = await showInformationMessage(deliveredText(records), show);
  if (answer !== show) return;
  const sessions = await app.link.request("session.list", {});
  const session = sessions.find((each) => each.sessionId === sessionId);
  if (session) await showRecords(app, session);
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

async function askFlow(title: string): Promise<PollMode | undefined> {
  const answer = await askPick<number | "other">({
    title,
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
    title,
    prompt: "Records a second",
    value: "50",
    validate: checkWholeNumber(1, 1_000_000),
  });
  return typeof rate === "string" ? undefined : { mode: "flow", recordsPerSecond: Number(rate.text) };
}
