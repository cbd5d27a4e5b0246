import * as vscode from "vscode";
import type { App } from "../app.ts";

/** Lets a rebalance through, and says whether one waited. */
export async function allowRebalance(app: App, sessionId: string): Promise<void> {
  const { wasHeld, rebalanceWaited } = await app.link.request("session.allowRebalance", { sessionId });
  const said = !wasHeld
    ? "Nothing was held: the group could rebalance already."
    : rebalanceWaited
      ? "The rebalance goes on."
      : "The group may rebalance until the next poll.";
  void vscode.window.setStatusBarMessage(said, 5_000);
}
