import * as vscode from "vscode";
import { playgroundClusterId } from "#host/channel/clusterRequests.ts";
import type { TroubleAim, TroubleStarted, TroubleSummary } from "#host/channel/playgroundRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { askTroubleTarget } from "../flows/askTrouble.ts";
import { pickTrouble } from "../flows/pickTrouble.ts";
import { aimTitle } from "../flows/questionTitle.ts";
import { targetOfRow } from "../flows/troubleTarget.ts";
import { commandIds } from "../ids.ts";
import { setStatusBarMessage, showInformationMessage, showWarningMessage } from "../ui/notify.ts";
import type { CommandFamily } from "./commandRegistry.ts";

/** What is lost for good, in words; nothing else asks before it happens. */
const losses: Readonly<Record<string, string>> = {
  recreateTopic: "All its records and the offsets that groups committed in it are lost.",
  truncateLog: "Records at the end of the partition are lost.",
  uncleanElection: "Records that the new leader lacks are lost.",
  expireOffsets: "What the group committed is forgotten: it starts again where its reset policy says.",
};

/** TroubleSummary of every kind, on the row it concerns or from the palette. */
export function troubleCommands(app: App): CommandFamily {
  const start = async (trouble: TroubleSummary, target: TroubleAim) => {
    if (!(await confirmed(trouble, target))) return undefined;
    const started = await app.link.request("playground.trouble", { id: trouble.id, target });
    void offerUndo(app, { trouble, target, started });
    return started;
  };
  const startById = async (id: string, nodeTarget: NodeTarget | undefined) => {
    const trouble = (await app.link.request("playground.troubles", {})).find((each) => each.id === id);
    if (!trouble) return undefined;
    const target = await askTroubleTarget(app, { ...trouble, takes: [] }, targetOfRow(nodeTarget));
    return target && start(trouble, target);
  };
  return {
    [commandIds.causeTrouble]: async (nodeTarget, argument) => {
      const troubles = await app.link.request("playground.troubles", {});
      const trouble =
        troubles.find(({ id }) => id === givenId(argument)) ??
        (await pickTrouble(app.link, troubles, nodeTarget));
      const target = trouble && (await askTroubleTarget(app, trouble, targetOfRow(nodeTarget)));
      return target === undefined || trouble === undefined ? undefined : start(trouble, target);
    },
    [commandIds.addNode]: () => startById("addNode", undefined),
    [commandIds.stopNode]: (target) => startById("stopNode", target),
    [commandIds.startNode]: (target) => startById("startNode", target),
    [commandIds.restartNode]: (target) => startById("bounceNode", target),
  };
}

function givenId(argument: unknown): string | undefined {
  if (typeof argument !== "object" || argument === null || !("trouble" in argument)) return undefined;
  return typeof argument.trouble === "string" ? argument.trouble : undefined;
}

async function confirmed(trouble: TroubleSummary, target: TroubleAim): Promise<boolean> {
  const loss = losses[trouble.id];
  if (loss === undefined) return true;
  const answer = await showWarningMessage(
    aimTitle(trouble.title, target),
    { modal: true, detail: `${loss} This cannot be undone.` },
    "Do It",
  );
  return answer !== undefined;
}

/** What can be taken back is, by one press. */
async function offerUndo(
  app: App,
  done: { readonly trouble: TroubleSummary; readonly target: TroubleAim; readonly started: TroubleStarted },
): Promise<void> {
  const { trouble, target, started } = done;
  const undo = undoOf(trouble, target, started.faultId);
  if (!undo) {
    setStatusBarMessage(`Done. ${aimTitle(trouble.title, target)}`, 5_000);
    return;
  }
  const answer = await showInformationMessage(
    `${aimTitle(trouble.title, target)}. ${trouble.description}`,
    undo.label,
  );
  if (answer !== undefined) await undo.run(app);
}

interface Undo {
  readonly label: string;
  readonly run: (app: App) => Thenable<unknown>;
}

function undoOf(trouble: TroubleSummary, target: TroubleAim, faultId: string | undefined): Undo | undefined {
  if (faultId !== undefined) {
    return { label: "End It", run: ({ link }) => link.request("playground.removeFault", { faultId }) };
  }
  const another = (id: string, aim: TroubleAim) => (app: App) =>
    app.link.request("playground.trouble", { id, target: aim });
  if (trouble.id === "stopNode") return { label: "Start the Node Again", run: another("startNode", target) };
  if (trouble.id === "skewClock" && target.ms !== 0) {
    return { label: "Set the Clock Right", run: another("skewClock", { ...target, ms: 0 }) };
  }
  if (trouble.id === "hangTransaction") {
    const { topic = "", partition = 0 } = target;
    const where: NodeTarget = { kind: "topicPartition", clusterId: playgroundClusterId, topic, partition };
    return {
      label: "Abort the Transaction",
      run: () => vscode.commands.executeCommand(commandIds.abortTransaction, where),
    };
  }
  return undefined;
}
