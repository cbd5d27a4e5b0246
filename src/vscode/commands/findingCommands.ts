import * as vscode from "vscode";
import type { FindingReport, RemedyAction } from "#host/channel/findingRequests.ts";
import type { App } from "../app.ts";
import { causeRows, findingMarkdown } from "../flows/findingReport.ts";
import { commandIds } from "../ids.ts";
import { askPick } from "../ui/ask.ts";
import { showInformationMessage } from "../ui/notify.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { applyRemedy, isRemedy } from "./remedies.ts";
import { showRebalances } from "./showPanels.ts";
import { clusterIdOf, groupIdOf, sessionIdOf } from "./target.ts";

/** Findings: what is wrong, why, the evidence, and the next step in one click. */
export function findingCommands(app: App): CommandFamily {
  return {
    [commandIds.showFinding]: async (target) => {
      const finding =
        target?.kind === "finding"
          ? await app.link.request("finding.get", target)
          : await askFinding(app, () => true);
      if (finding) await offer(app, finding);
      else if (target) void showInformationMessage("This is no longer so.");
    },
    [commandIds.explainWait]: async (target) => {
      const findings = await app.link.request("finding.list", {});
      const groupId = groupIdOf(target);
      const clusterId = clusterIdOf(target);
      if (clusterId !== undefined && groupId !== undefined) {
        await showRebalances(app, { clusterId, groupId });
        return;
      }
      const sessionId = sessionIdOf(target);
      const first =
        sessionId === undefined ? findings[0] : findings.find((each) => each.sessionIds.includes(sessionId));
      if (!first && sessionId !== undefined) {
        // Nothing has lasted too long yet: its group over time says what it waits for.
        await vscode.commands.executeCommand(commandIds.showRebalances, target);
        return;
      }
      if (first) await offer(app, first);
      else void showInformationMessage("Nothing waits longer than it should.");
    },
    [commandIds.applyRemedy]: async (_target, argument) => {
      if (isRemedy(argument)) await applyRemedy(app, argument);
    },
  };
}

async function askFinding(
  app: App,
  accept: (finding: FindingReport) => boolean,
): Promise<FindingReport | undefined> {
  const findings = (await app.link.request("finding.list", {})).filter(accept);
  if (findings.length === 0) {
    void showInformationMessage("Nothing is wrong as far as Groupscope can see.");
    return undefined;
  }
  const answer = await askPick({
    title: "Findings",
    placeholder: "What do you want to know more about?",
    choices: findings.map((finding) => ({
      choice: finding,
      label: finding.title,
      description: finding.detail,
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

/** Why it is so stands above, in short; the first remedy is marked, as remedies are what one comes for. */
async function offer(app: App, finding: FindingReport): Promise<void> {
  type Answer = RemedyAction | "evidence";
  const answer = await askPick<Answer>({
    title: finding.title,
    placeholder: "What is to be done?",
    active: finding.remedies[0]?.action,
    choices: [
      ...causeRows(finding.cause).map((row) => ({ choice: "evidence" as const, ...row })),
      ...finding.remedies.map(({ title, hint, action }) => ({ choice: action, label: title, detail: hint })),
      {
        choice: "evidence" as const,
        label: "Show the whole cause and the evidence",
        detail: finding.evidence.map(({ label, value }) => `${label} ${value}`).join(" · "),
      },
    ],
  });
  if (typeof answer === "string") return;
  if (answer.choice === "evidence") await app.documents.showMarkdown(finding.title, findingMarkdown(finding));
  else await applyRemedy(app, answer.choice);
}
