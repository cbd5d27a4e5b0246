import * as vscode from "vscode";
import type { AdvancedOptions, SessionChoice } from "#host/channel/sessionRequests.ts";
import { askPick } from "../ui/ask.ts";
import type { ConsumerField } from "./consumerField.ts";
import { consumerFields } from "./consumerFields.ts";

/** How many lines differ from what they would be by themselves. */
export function changedCount(choice: SessionChoice): number {
  return Object.values(choice.advanced ?? {}).length;
}

/** Shows everything that is seldom changed, section by section; each line changes one thing and comes back here. */
export async function changeAdvanced(
  start: SessionChoice,
  {
    title,
    defaults,
    problemOf,
  }: {
    readonly title: string;
    readonly defaults: AdvancedOptions;
    /** Why it could not be started like this. */
    readonly problemOf: (choice: SessionChoice) => Promise<string | undefined>;
  },
): Promise<SessionChoice> {
  let choice = start;
  let lastChanged: ConsumerField | undefined;
  let active: ConsumerField | "done" | "reset" = "done";
  for (;;) {
    const options = { ...defaults, ...choice.advanced };
    const problem = await problemOf(choice);
    const shown = consumerFields.filter((field) => field.applies(choice, options));
    const answer: { readonly choice: ConsumerField | "done" | "reset" } | "back" | "cancel" = await askPick<
      ConsumerField | "done" | "reset"
    >({
      title: `${title} · advanced`,
      placeholder:
        problem === undefined ? "Enter changes the line; type to find one" : "This cannot be started",
      canGoBack: true,
      active,
      choices: [
        ...problemLine(problem, lastChanged),
        { choice: "done", label: "$(check) Done" },
        ...(changedCount(choice) > 0
          ? [{ choice: "reset" as const, label: "$(discard) Back to the defaults" }]
          : []),
        ...lines(shown, options, defaults),
      ],
    });
    // Escape means "enough of this page": what was changed stays, and the form behind it can still be left.
    if (typeof answer === "string" || answer.choice === "done") return choice;
    active = answer.choice;
    if (answer.choice === "reset") {
      const { advanced: _dropped, ...rest } = choice;
      choice = rest;
      continue;
    }
    const change = await answer.choice.change(`${title} · ${answer.choice.label}`, options);
    lastChanged = answer.choice;
    if (change) choice = withChange(choice, change, defaults);
  }
}

/** On top, in a line of its own that is not cut: what is wrong, and Enter goes back to what was changed last. */
function problemLine(problem: string | undefined, lastChanged: ConsumerField | undefined) {
  if (problem === undefined) return [];
  return [
    {
      choice: lastChanged ?? ("done" as const),
      label: `$(error) ${lastChanged?.label ?? "Cannot start"}`,
      detail: problem,
      alwaysShow: true,
    },
  ];
}

function lines(fields: readonly ConsumerField[], options: AdvancedOptions, defaults: AdvancedOptions) {
  let section: string | undefined;
  return fields.flatMap((field) => {
    const text = field.text(options);
    const usual = field.text(defaults);
    const line = {
      choice: field,
      label: field.label,
      description: text === usual ? text : `${text} (usually ${usual})`,
      detail: field.detail,
    };
    if (field.section === section) return [line];
    section = field.section;
    return [{ label: field.section, kind: vscode.QuickPickItemKind.Separator }, line];
  });
}

/** Only what differs from the defaults is kept: it is what "changed" means. */
function withChange(
  choice: SessionChoice,
  change: Partial<AdvancedOptions>,
  defaults: AdvancedOptions,
): SessionChoice {
  const changed = Object.entries({ ...choice.advanced, ...change }).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key as keyof AdvancedOptions]),
  );
  return { ...choice, advanced: Object.fromEntries(changed) };
}
