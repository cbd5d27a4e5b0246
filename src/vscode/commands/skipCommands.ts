import { playgroundClusterId } from "#host/channel/clusterRequests.ts";
import type { App } from "../app.ts";
import { askSkipTarget } from "../flows/askSkip.ts";
import { commandIds } from "../ids.ts";
import { choosePartitions } from "./choosePartitions.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { skipWithPreview } from "./skipWithPreview.ts";

/** Leaving out what arrived: up to the end or a time, in the three ways users know, with a look at it before. */
export function skipCommands(app: App): CommandFamily {
  return {
    [commandIds.skip]: async (target) => {
      const about = await choosePartitions(app, target, "Skip");
      const to = about && (await askSkipTarget(about.title, () => timeOf(app, about.chosen.sessionId)));
      if (about && to) await skipWithPreview(app, about.chosen, { to });
    },
  };
}

/** The records of a playground are stamped by its own clock. */
async function timeOf(app: App, sessionId: string): Promise<number> {
  const sessions = await app.link.request("session.list", {});
  const session = sessions.find((each) => each.sessionId === sessionId);
  if (session?.clusterId !== playgroundClusterId) return Date.now();
  return (await app.link.request("playground.clock", {})).now;
}
