import * as vscode from "vscode";
import type { TroubleSummary } from "#host/channel/playgroundRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import { askPick, type Choice } from "../ui/ask.ts";
import { aimTitle } from "./questionTitle.ts";
import { concernsRow, headingOf, ownKindFirst, targetOfRow } from "./troubleTarget.ts";

/** Asks for one of the troubles that the row can be in, each with what will be seen of it. */
export async function pickTrouble(
  troubles: readonly TroubleSummary[],
  row: NodeTarget | undefined,
): Promise<TroubleSummary | undefined> {
  const answer = await askPick<TroubleSummary>({
    title: aimTitle("Cause trouble", targetOfRow(row)),
    placeholder: "What goes wrong?",
    choices: grouped(
      ownKindFirst(
        troubles.filter((trouble) => concernsRow(trouble, row)),
        row,
      ),
    ),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

function grouped(
  troubles: readonly TroubleSummary[],
): readonly (Choice<TroubleSummary> | vscode.QuickPickItem)[] {
  const headings = new Map<string, Choice<TroubleSummary>[]>();
  for (const trouble of troubles) {
    const under = headings.get(headingOf(trouble)) ?? [];
    under.push({ choice: trouble, label: trouble.title, detail: trouble.description });
    headings.set(headingOf(trouble), under);
  }
  return Array.from(headings).flatMap(([heading, choices]) => [
    { label: heading, kind: vscode.QuickPickItemKind.Separator },
    ...choices,
  ]);
}
