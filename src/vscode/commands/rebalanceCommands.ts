import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { commandIds } from "../ids.ts";
import { setStatusBarMessage } from "../ui/notify.ts";
import { isMember, pickSession } from "../ui/pickers.ts";
import { allowRebalance } from "./allowRebalance.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { applyRemedyOf } from "./remedies.ts";
import { sessionIdOf } from "./target.ts";

/** A debug consumer's say in its group's rebalances: let one through, or ask for one. */
export function rebalanceCommands(app: App): CommandFamily {
  const memberOf = async (target: NodeTarget | undefined, title: string) =>
    sessionIdOf(target) ?? (await pickSession(app.link, title, isMember))?.sessionId;
  return {
    [commandIds.allowRebalance]: async (target) => {
      if (await applyRemedyOf(app, target, "allowRebalance")) return;
      const sessionId = await memberOf(target, "Allow rebalance");
      if (sessionId !== undefined) await allowRebalance(app, sessionId);
    },
    [commandIds.forceRebalance]: async (target) => {
      const sessionId = await memberOf(target, "Force a rebalance");
      if (sessionId === undefined) return;
      await app.link.request("session.rejoin", { sessionId });
      setStatusBarMessage("Asked the group to rebalance.", 5_000);
    },
  };
}
