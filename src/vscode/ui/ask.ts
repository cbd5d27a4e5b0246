import * as vscode from "vscode";
import { DisposableStore } from "#base/lifecycle.ts";
import { harmlessItem } from "./harmless.ts";

/** A question for a line of text. */
export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly password?: boolean | undefined;
  readonly canGoBack?: boolean | undefined;
  /** What is wrong with the text, in words; undefined when it can be accepted. */
  readonly validate?: ((text: string) => string | undefined | Promise<string | undefined>) | undefined;
}

/** The text, `back`, or `cancel`. An answer is an object, so that no text can be mistaken for a gesture. */
export function askText(question: TextQuestion): Promise<{ readonly text: string } | "back" | "cancel"> {
  const owned = new DisposableStore();
  const input = owned.add(vscode.window.createInputBox());
  input.title = question.title;
  input.prompt = question.prompt;
  input.value = question.value ?? "";
  input.placeholder = question.placeholder;
  input.password = question.password ?? false;
  // Leaving the window to copy an address must not lose what was typed.
  input.ignoreFocusOut = true;
  if (question.canGoBack) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const finish = (answer: { readonly text: string } | "back" | "cancel") => {
      resolve(answer);
      owned.dispose();
    };
    const accept = async () => {
      const text = input.value;
      const problem = await question.validate?.(text);
      // What was typed meanwhile was not asked about.
      if (input.value !== text) return;
      input.validationMessage = problem;
      if (problem === undefined) finish({ text });
    };
    owned.add(input.onDidChangeValue(() => (input.validationMessage = undefined)));
    owned.add(input.onDidAccept(() => void accept()));
    owned.add(input.onDidTriggerButton(() => finish("back")));
    owned.add(input.onDidHide(() => finish("cancel")));
    input.show();
  });
}

/** One thing to choose. */
export interface Choice<T> extends vscode.QuickPickItem {
  readonly choice: T;
}

/** A question with given answers. */
export interface PickQuestion<T> {
  readonly title: string;
  readonly placeholder: string;
  readonly choices: readonly (Choice<T> | vscode.QuickPickItem)[];
  readonly canGoBack?: boolean | undefined;
  /** The choice that is marked at first. */
  readonly active?: T | undefined;
  /** Makes a choice of what was typed, for names that do not exist yet. */
  readonly create?: ((text: string) => Choice<T> | undefined) | undefined;
}

/** The choice, `back`, or `cancel`. */
export function askPick<T>(question: PickQuestion<T>): Promise<{ readonly choice: T } | "back" | "cancel"> {
  const owned = new DisposableStore();
  const pick = owned.add(vscode.window.createQuickPick<Choice<T> | vscode.QuickPickItem>());
  dress(pick, question);
  const choices = question.choices.map(harmlessItem);
  pick.items = choices;
  const active = choices.filter((each) => isChoice(each) && each.choice === question.active);
  if (question.active !== undefined && active.length > 0) pick.activeItems = active;
  return new Promise((resolve) => {
    const finish = (answer: { readonly choice: T } | "back" | "cancel") => {
      resolve(answer);
      owned.dispose();
    };
    if (question.create) {
      const create = question.create;
      owned.add(
        pick.onDidChangeValue((text) => {
          const made = text.trim() === "" ? undefined : create(text.trim());
          pick.items = made ? [harmlessItem(made), ...choices] : choices;
        }),
      );
    }
    owned.add(
      pick.onDidAccept(() => {
        const [chosen] = pick.selectedItems;
        if (isChoice<T>(chosen)) finish({ choice: chosen.choice });
      }),
    );
    owned.add(pick.onDidTriggerButton(() => finish("back")));
    owned.add(pick.onDidHide(() => finish("cancel")));
    pick.show();
  });
}

/** Several of the given answers, at least one; `back`, or `cancel`. */
export function askMany<T>(
  question: PickQuestion<T> & {
    readonly selected?: readonly T[] | undefined;
    /** What to say to whoever accepts without a choice. */
    readonly none: string;
  },
): Promise<{ readonly choices: readonly T[] } | "back" | "cancel"> {
  const owned = new DisposableStore();
  const pick = owned.add(vscode.window.createQuickPick<Choice<T> | vscode.QuickPickItem>());
  dress(pick, question);
  const choices = question.choices.map(harmlessItem);
  pick.canSelectMany = true;
  pick.items = choices;
  pick.selectedItems = choices.filter(
    (each) => isChoice<T>(each) && question.selected?.includes(each.choice),
  );
  return new Promise((resolve) => {
    const finish = (answer: { readonly choices: readonly T[] } | "back" | "cancel") => {
      resolve(answer);
      owned.dispose();
    };
    owned.add(
      pick.onDidAccept(() => {
        // A click on the only row takes its tick away: the row that has the focus is meant all the same.
        const marked = pick.selectedItems.length > 0 ? pick.selectedItems : pick.activeItems;
        const chosen = marked.filter((each) => isChoice<T>(each)).map(({ choice }) => choice);
        if (chosen.length > 0) {
          finish({ choices: chosen });
          return;
        }
        // A placeholder is seen only where nothing was typed.
        pick.value = "";
        pick.placeholder = question.none;
      }),
    );
    owned.add(pick.onDidTriggerButton(() => finish("back")));
    owned.add(pick.onDidHide(() => finish("cancel")));
    pick.show();
  });
}

function dress<T>(pick: vscode.QuickPick<Choice<T> | vscode.QuickPickItem>, question: PickQuestion<T>): void {
  pick.title = question.title;
  pick.placeholder = question.placeholder;
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  if (question.canGoBack) pick.buttons = [vscode.QuickInputButtons.Back];
}

function isChoice<T>(item: vscode.QuickPickItem | undefined): item is Choice<T> {
  return item !== undefined && "choice" in item;
}
