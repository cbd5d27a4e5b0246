import * as vscode from "vscode";
import { ChannelError } from "#host/channel/channelError.ts";
import { playgroundClusterId } from "#host/channel/clusterRequests.ts";
import type { MigrationStep, ScriptedMemberSummary } from "#host/channel/playgroundRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { stepText, stoppedText } from "../flows/migrationWords.ts";
import { chooseChange, chooseMember } from "../flows/scriptedMemberFlow.ts";
import { commandIds } from "../ids.ts";
import { askPick } from "../ui/ask.ts";
import { harmlessLabel } from "../ui/harmless.ts";
import { showInformationMessage, showWarningMessage, withProgress } from "../ui/notify.ts";
import { pickGroup } from "../ui/pickers.ts";
import { sayClockPaused, sayWhenClockPaused } from "./clockNotice.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { applyRemedyOf } from "./remedies.ts";
import { showRebalances } from "./showPanels.ts";
import { groupIdOf, sessionIdOf, textIn } from "./target.ts";

/** The playground's scripted members: added, changed, removed, and rolled from one assignor to another. */
export function scriptedMemberCommands(app: App): CommandFamily {
  return {
    [commandIds.addScriptedMember]: async (target) => {
      const choice = await chooseMember(app.link, groupIdOf(target));
      if (!choice) return undefined;
      const added = await app.link.request("playground.addMember", choice);
      void sayWhenClockPaused(app, `${added.name} waits to join ${added.groupId}`);
      return added;
    },
    [commandIds.changeScriptedMember]: async (target, argument) => {
      if (await applyRemedyOf(app, target, "changeMember")) return undefined;
      const title = "Change scripted member";
      const member = await memberFor(app, target, { title, name: textIn(argument, "name") });
      const change = member && (await chooseChange(app.link, member));
      if (!member || !change) return undefined;
      const changed = await app.link.request("playground.changeMember", { name: member.name, ...change });
      void sayWhenClockPaused(app, `${changed.name} waits to join ${changed.groupId} again`);
      return changed;
    },
    [commandIds.removeScriptedMember]: async (target) => {
      const member = await memberFor(app, target, { title: "Remove scripted member" });
      if (member) await app.link.request("playground.removeMember", { name: member.name });
    },
    [commandIds.migrateAssignor]: async (target) => {
      if (await applyRemedyOf(app, target, "migrateAssignor")) return undefined;
      const title = "Migrate assignor";
      const groupId =
        groupIdOf(target) ?? (await pickGroup(app.link, { title, clusterId: playgroundClusterId }));
      const to = groupId === undefined ? undefined : await askGoal(`${title} of ${groupId}`);
      if (groupId === undefined || to === undefined) return undefined;
      return migrate(app, groupId, to);
    },
  };
}

type Goal = "range" | "cooperative-sticky";

async function askGoal(title: string): Promise<Goal | undefined> {
  const answer = await askPick<Goal>({
    title,
    placeholder: "To which? Its scripted members restart one at a time, twice (KIP-429).",
    choices: [
      {
        choice: "cooperative-sticky",
        label: "To cooperative-sticky",
        detail: "All offer cooperative-sticky and range first; then range goes.",
      },
      {
        choice: "range",
        label: "To range",
        detail: "All offer range and cooperative-sticky first; then cooperative-sticky goes.",
      },
    ],
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

/** It can be stopped where it is, and goes on from there. */
async function migrate(app: App, groupId: string, to: Goal): Promise<{ readonly restarted: number }> {
  for (;;) {
    let last: MigrationStep | undefined;
    try {
      return await roll(app, { groupId, to, onStep: (step) => (last = step) });
    } catch (error) {
      if (!ChannelError.is(error, "CANCELLED")) throw error;
      if (!(await wantsToGoOn(app, { groupId, to, last }))) throw error;
    }
  }
}

/** Each restart is a rebalance, which can take as long as a member likes. */
async function roll(
  app: App,
  {
    groupId,
    to,
    onStep,
  }: { readonly groupId: string; readonly to: Goal; readonly onStep: (step: MigrationStep) => void },
): Promise<{ readonly restarted: number }> {
  let saidPaused = false;
  const onProgress = (step: MigrationStep, report: (text: string) => void) => {
    onStep(step);
    report(stepText(step));
    // The progress itself offers nothing but to be cancelled.
    if (step.waitsForClock && !saidPaused) void sayClockPaused(`The migration of ${groupId} waits`);
    saidPaused = step.waitsForClock;
  };
  const done = await withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Migrating ${groupId} to ${to}`,
      cancellable: true,
    },
    (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return app.link.request(
        "playground.migrateAssignor",
        { groupId, to },
        {
          signal: controller.signal,
          onProgress: (step) => onProgress(step, (message) => progress.report({ message })),
        },
      );
    },
  );
  void sayDone(app, { groupId, to, restarted: done.restarted });
  return done;
}

/** Says in which state a group was left. */
async function wantsToGoOn(
  app: App,
  {
    groupId,
    to,
    last,
  }: { readonly groupId: string; readonly to: Goal; readonly last: MigrationStep | undefined },
): Promise<boolean> {
  const { members } = await app.link.request("playground.status", {});
  const theirs = members.filter((member) => member.groupId === groupId);
  const goOn = "Go On";
  return (await showWarningMessage(stoppedText(groupId, to, { members: theirs, last }), goOn)) === goOn;
}

async function sayDone(
  app: App,
  { groupId, to, restarted }: { readonly groupId: string; readonly to: Goal; readonly restarted: number },
): Promise<void> {
  if (restarted === 0) {
    void showInformationMessage(`All scripted members of ${groupId} offer only ${to} already.`);
    return;
  }
  const show = "Show Rebalances";
  const answer = await showInformationMessage(
    `${groupId} is divided by ${to}: ${restarted} restarts, and the rebalance of each.`,
    show,
  );
  if (answer === show) await showRebalances(app, { clusterId: playgroundClusterId, groupId });
}

/** The scripted member of that name or row, or the one chosen. */
async function memberFor(
  app: App,
  target: NodeTarget | undefined,
  { title, name }: { readonly title: string; readonly name?: string | undefined },
): Promise<ScriptedMemberSummary | undefined> {
  const { members } = await app.link.request("playground.status", {});
  const named = members.find(
    ({ name: its, memberId, sessionId }) =>
      its === name ||
      (target?.kind === "member" && memberId === target.memberId) ||
      sessionId === sessionIdOf(target),
  );
  if (named) return named;
  const groupId = groupIdOf(target);
  const candidates = members.filter((member) => groupId === undefined || member.groupId === groupId);
  if (candidates.length === 0) {
    void showInformationMessage("There is no scripted member.");
    return undefined;
  }
  const answer = await askPick<ScriptedMemberSummary>({
    title: groupId === undefined ? title : `${title} of ${groupId}`,
    placeholder: "Which member?",
    choices: candidates.map((member) => ({
      choice: member,
      label: member.name,
      description: harmlessLabel(`${member.groupId} · ${member.script}${member.isAlive ? "" : " · away"}`),
      detail: member.protocol === "consumer" ? "KIP-848" : `offers ${member.protocol}`,
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}
