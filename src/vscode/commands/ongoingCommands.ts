import { topicPartitionText } from "#base/topicPartition.ts";
import type { TransactionChoice } from "#host/channel/playgroundRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { durationInput } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askPick } from "../ui/ask.ts";
import { setStatusBarMessage, showInformationMessage } from "../ui/notify.ts";
import type { CommandFamily } from "./commandRegistry.ts";

/** Ends troubles that are no rules: transactions that hang, clocks that are wrong. */
export function ongoingCommands(app: App): CommandFamily {
  return {
    [commandIds.abortTransaction]: async (target) => {
      const which = await transactionOf(app, target);
      if (!which) return;
      await app.link.request("playground.abortTransaction", which);
      setStatusBarMessage(`The transaction ${transactionText(which)} is aborted.`, 5_000);
    },
    [commandIds.setClockRight]: async (target) => {
      const clock = await clockOf(app, target);
      if (!clock) return;
      const aim = { ...clock, ms: 0 };
      await app.link.request("playground.trouble", { id: "skewClock", target: aim });
    },
  };
}

async function transactionOf(
  app: App,
  target: NodeTarget | undefined,
): Promise<TransactionChoice | undefined> {
  if (target?.kind === "hangingTransaction") {
    const { topic, partition, producerId } = target;
    return { topic, partition, producerId };
  }
  const open = await app.link.request("playground.openTransactions", {});
  const here = target?.kind === "topicPartition" ? open.filter((each) => isIn(each, target)) : open;
  return choose("Abort transaction", {
    none: "No transaction is open.",
    placeholder: "Which transaction?",
    choices: here.map((choice) => ({
      choice,
      label: transactionText(choice),
      description: "producerId" in choice ? `hangs · producer ${choice.producerId}` : "open",
    })),
  });
}

function isIn(
  choice: TransactionChoice,
  place: { readonly topic: string; readonly partition: number },
): boolean {
  return "topic" in choice && choice.topic === place.topic && choice.partition === place.partition;
}

function transactionText(choice: TransactionChoice): string {
  return "producerId" in choice ? `in ${topicPartitionText(choice)}` : `of ${choice.transactionalId}`;
}

/** Without a node it is the one that all share, and setting it right sets all right. */
async function clockOf(
  app: App,
  target: NodeTarget | undefined,
): Promise<{ readonly nodeId?: number } | undefined> {
  if (target?.kind === "node") return { nodeId: target.nodeId };
  if (target?.kind === "wrongClock") return target.nodeId === undefined ? {} : { nodeId: target.nodeId };
  const wrong = await app.link.request("playground.wrongClocks", {});
  return choose<{ readonly nodeId?: number }>("Set clock right", {
    none: "Every clock is right.",
    placeholder: "Which clock?",
    choices: wrong.map(({ nodeId, aheadMs }) => ({
      choice: nodeId === undefined ? {} : { nodeId },
      label: nodeId === undefined ? "all clocks" : `node ${nodeId}`,
      description: `${durationInput(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead" : "behind"}`,
    })),
  });
}

/** The only one there is needs no question. */
async function choose<T>(
  title: string,
  of: {
    readonly none: string;
    readonly placeholder: string;
    readonly choices: readonly { readonly choice: T; readonly label: string; readonly description: string }[];
  },
): Promise<T | undefined> {
  const { none, placeholder, choices } = of;
  const [only] = choices;
  if (!only) {
    void showInformationMessage(none);
    return undefined;
  }
  if (choices.length === 1) return only.choice;
  const answer = await askPick<T>({ title, placeholder, choices });
  return typeof answer === "string" ? undefined : answer.choice;
}
