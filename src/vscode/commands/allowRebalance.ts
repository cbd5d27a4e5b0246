import type { App } from "../app.ts";
import { setStatusBarMessage } from "../ui/notify.ts";

/** Lets a rebalance and callbacks through, and says what waited. */
export async function allowRebalance(app: App, sessionId: string): Promise<void> {
  const { wasHeld, waited } = await app.link.request("session.allowRebalance", { sessionId });
  const said = wasHeld ? afterwards[waited] : "Nothing was held: the group could rebalance already.";
  setStatusBarMessage(said, 5_000);
}

const afterwards = {
  rebalance: "The rebalance goes on.",
  callback: "The callback that waited runs.",
  nothing: "The group may rebalance until the next poll.",
} as const;
