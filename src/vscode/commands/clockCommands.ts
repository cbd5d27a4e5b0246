import type { PlaygroundClockMode, PlaygroundClockStatus } from "#host/channel/playgroundRequests.ts";
import type { App } from "../app.ts";
import { checkDuration, durationInput, parseDuration } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askText } from "../ui/ask.ts";
import { withLaterProgress } from "../ui/laterProgress.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { numberIn } from "./target.ts";

/** Shorter than what one usually waits for: the next timeout can be met step by step, and not everything at once. */
const firstStep = "5 s";

/** How time passes on the playground: not at all, by steps, fast, or as elsewhere, with or without what it is behind. */
export function clockCommands(app: App): CommandFamily {
  const set = (mode: PlaygroundClockMode) => app.link.request("playground.clock.set", { mode });
  return {
    [commandIds.pauseClock]: () => set("paused"),
    [commandIds.runClockFast]: () => set("fast"),
    [commandIds.runClockAtRealSpeed]: () => set("real"),
    [commandIds.catchUpClock]: () =>
      withLaterProgress("The playground catches up with the real time", ({ signal }) =>
        app.link.request("playground.clock.catchUp", {}, { signal }),
      ),
    [commandIds.stepClock]: async (_target, argument) => {
      const ms = numberIn(argument, "ms") ?? (await askStep());
      return ms === undefined ? undefined : step(app, ms);
    },
  };
}

async function askStep(): Promise<number | undefined> {
  const answer = await askText({
    title: "Step clock",
    prompt: "How much time passes at once? The clock stands still after it.",
    value: firstStep,
    validate: checkDuration,
  });
  return typeof answer === "string" ? undefined : parseDuration(answer.text);
}

/** Each timer of that time is run, which for days takes a while: then it can be stopped where it is. */
function step(app: App, ms: number): Promise<PlaygroundClockStatus> {
  return withLaterProgress(`Letting ${durationInput(ms)} pass on the playground`, ({ signal }) =>
    app.link.request("playground.clock.step", { ms }, { signal }),
  );
}
