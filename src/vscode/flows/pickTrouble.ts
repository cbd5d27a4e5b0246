import * as vscode from "vscode";
import type { TroubleAim, TroubleSummary } from "#host/channel/playgroundRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { HostLink } from "../host/hostLink.ts";
import { askPick, type Choice } from "../ui/ask.ts";
import { aimTitle, namedVerb } from "./questionTitle.ts";
import {
  canHappen,
  concernsRow,
  headingOf,
  ownKindFirst,
  type RowFacts,
  targetOfRow,
} from "./troubleTarget.ts";

/** Asks for one of the troubles that the row can be in, each with what will be seen of it. */
export async function pickTrouble(
  link: HostLink,
  troubles: readonly TroubleSummary[],
  row: NodeTarget | undefined,
): Promise<TroubleSummary | undefined> {
  const aim = targetOfRow(row);
  const facts = await factsOf(link, row);
  const answer = await askPick<TroubleSummary>({
    title: aimTitle("Cause trouble", aim),
    placeholder: "What goes wrong?",
    choices: grouped(
      ownKindFirst(
        troubles.filter((trouble) => concernsRow(trouble, row) && canHappen(trouble, facts)),
        row,
      ),
      aim,
    ),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

async function factsOf(link: HostLink, row: NodeTarget | undefined): Promise<RowFacts> {
  if (row?.kind === "node") {
    const { nodes } = await link.request("playground.status", {});
    return { isUp: nodes.find(({ nodeId }) => nodeId === row.nodeId)?.isUp };
  }
  if (row?.kind === "member") {
    const members = await link.request("playground.groupMembers", { groupId: row.groupId });
    return { isStatic: members.find(({ memberId }) => memberId === row.memberId)?.isStatic };
  }
  return {};
}

function grouped(
  troubles: readonly TroubleSummary[],
  aim: TroubleAim,
): readonly (Choice<TroubleSummary> | vscode.QuickPickItem)[] {
  const headings = new Map<string, Choice<TroubleSummary>[]>();
  for (const trouble of troubles) {
    const under = headings.get(headingOf(trouble)) ?? [];
    under.push({ choice: trouble, label: namedVerb(trouble.title, aim), detail: trouble.description });
    headings.set(headingOf(trouble), under);
  }
  return Array.from(headings).flatMap(([heading, choices]) => [
    { label: heading, kind: vscode.QuickPickItemKind.Separator },
    ...choices,
  ]);
}
