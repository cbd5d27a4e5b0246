import * as vscode from "vscode";
import { withProgress } from "./notify.ts";

/** What is over sooner needs no notice: it would only be in the way of what is said about the outcome. */
const silentMs = 700;

/** What the work may tell, and by what it learns that nobody waits for it any longer. */
export interface WorkInProgress {
  readonly report: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Runs something that is usually quick. When it is not, a notice says what runs, how far it is, and can stop it. */
export async function withLaterProgress<T>(
  title: string,
  run: (work: WorkInProgress) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let latest: string | undefined;
  let show = (message: string) => {
    latest = message;
  };
  const running = run({ signal: controller.signal, report: (message) => show(message) });
  if (await isQuick(running)) return running;
  return withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      token.onCancellationRequested(() => controller.abort());
      show = (message) => progress.report({ message });
      if (latest !== undefined) show(latest);
      return running;
    },
  );
}

function isQuick(running: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const slow = setTimeout(() => resolve(false), silentMs);
    const ended = () => {
      clearTimeout(slow);
      resolve(true);
    };
    running.then(ended, ended);
  });
}
