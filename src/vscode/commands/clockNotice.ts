import * as vscode from "vscode";
import type { App } from "../app.ts";
import { commandIds } from "../ids.ts";
import { showInformationMessage } from "../ui/notify.ts";

/** Says what waits because the playground's time stands still, and how it goes on; nothing while time passes. */
export async function sayWhenClockPaused(app: App, what: string): Promise<void> {
  const { mode } = await app.link.request("playground.clock", {});
  if (mode === "paused") await sayClockPaused(what);
}

/** The same, where it is known. */
export async function sayClockPaused(what: string): Promise<void> {
  const step = "Step Clock";
  const real = "Run at Real Speed";
  const chosen = await showInformationMessage(
    `${what}: the playground's clock is paused, and clients go on when time passes.`,
    step,
    real,
  );
  if (chosen === step) await vscode.commands.executeCommand(commandIds.stepClock);
  if (chosen === real) await vscode.commands.executeCommand(commandIds.runClockAtRealSpeed);
}
