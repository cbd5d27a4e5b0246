import * as vscode from "vscode";
import { harmlessLabel, harmlessMessage } from "./harmless.ts";

/** What can be answered, after how it is asked where that is not the usual way. */
type Answers = readonly (vscode.MessageOptions | string)[];
type Progress = vscode.Progress<{ readonly message?: string; readonly increment?: number }>;

// The only file that shows notifications: what they say may be of others (a test holds the rest of the code to it).

/** The chosen answer; undefined when it was dismissed. */
export function showInformationMessage(message: string, ...answers: Answers): Thenable<string | undefined> {
  return show(vscode.window.showInformationMessage, message, answers);
}

/** The chosen answer; undefined when it was dismissed. */
export function showWarningMessage(message: string, ...answers: Answers): Thenable<string | undefined> {
  return show(vscode.window.showWarningMessage, message, answers);
}

/** The chosen answer; undefined when it was dismissed. */
export function showErrorMessage(message: string, ...answers: Answers): Thenable<string | undefined> {
  return show(vscode.window.showErrorMessage, message, answers);
}

/** Says something in the status bar for a while. */
export function setStatusBarMessage(text: string, forMs: number): void {
  vscode.window.setStatusBarMessage(harmlessLabel(text), forMs);
}

/** Runs something, and says so where the options say. */
export function withProgress<T>(
  options: vscode.ProgressOptions,
  task: (progress: Progress, token: vscode.CancellationToken) => Thenable<T>,
): Thenable<T> {
  const title = options.title === undefined ? {} : { title: harmlessText(options.title) };
  return vscode.window.withProgress({ ...options, ...title }, (progress, token) =>
    task(
      {
        report: ({ message, ...rest }) =>
          progress.report(message === undefined ? rest : { ...rest, message: harmlessText(message) }),
      },
      token,
    ),
  );
}

function show(
  say: (message: string, options: vscode.MessageOptions, ...items: string[]) => Thenable<string | undefined>,
  message: string,
  answers: Answers,
): Thenable<string | undefined> {
  const options = answers.find((answer) => typeof answer !== "string") ?? {};
  const items = answers.filter((answer) => typeof answer === "string");
  return say(harmlessMessage(message), options, ...items);
}

/** A progress stands in a notification or in the status bar. */
function harmlessText(text: string): string {
  return harmlessLabel(harmlessMessage(text));
}
