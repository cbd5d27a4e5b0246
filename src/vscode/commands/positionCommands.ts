import type { SeekTarget } from "#host/channel/sessionRequests.ts";
import type { App } from "../app.ts";
import { askPlace, placeChoices } from "../flows/askPlace.ts";
import { movedText } from "../flows/orderWords.ts";
import { checkStep } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askPick, askText } from "../ui/ask.ts";
import { setStatusBarMessage } from "../ui/notify.ts";
import { choosePartitions } from "./choosePartitions.ts";
import type { CommandFamily } from "./commandRegistry.ts";

/** Moving a debug consumer's position to a place. */
export function positionCommands(app: App): CommandFamily {
  return {
    [commandIds.seek]: async (target) => {
      const about = await choosePartitions(app, target, "Seek");
      const seekTarget = about && (await askSeekTarget(about.title));
      if (!about || !seekTarget) return undefined;
      const moved = await app.link.request("session.seek", { ...about.chosen, target: seekTarget });
      setStatusBarMessage(movedText(seekTarget, moved), 5_000);
      return moved;
    },
  };
}

async function askSeekTarget(title: string): Promise<SeekTarget | undefined> {
  const answer = await askPick<SeekTarget["kind"]>({
    title,
    placeholder: "Where to? Buffered records of the partition are let go; nothing is committed.",
    choices: [
      ...placeChoices,
      { choice: "committed", label: "Committed", description: "where the group would begin now" },
      { choice: "step", label: "Forward or back…", description: "so many offsets from where it stands" },
    ],
  });
  if (typeof answer === "string") return undefined;
  if (answer.choice === "committed") return { kind: "committed" };
  if (answer.choice !== "step") return askPlace(title, answer.choice);
  const step = await askText({
    title,
    prompt: "How many offsets? Back with a minus sign",
    placeholder: "-10",
    validate: checkStep,
  });
  return typeof step === "string" ? undefined : { kind: "step", by: BigInt(step.text.trim()) };
}
