import { playgroundClusterId } from "#host/channel/clusterRequests.ts";
import type { TroubleAim, TroubleSummary } from "#host/channel/playgroundRequests.ts";
import type { App } from "../app.ts";
import { askPick, askText } from "../ui/ask.ts";
import { showInformationMessage } from "../ui/notify.ts";
import { pickGroup, pickTopic } from "../ui/pickers.ts";
import { aimTitle } from "./questionTitle.ts";
import type { TroubleNeed } from "./troubleTarget.ts";

/** Asks for whatever the trouble needs and the row does not say, then for what may be told beside. */
export async function askTroubleTarget(
  app: App,
  trouble: TroubleSummary,
  row: TroubleAim,
): Promise<TroubleAim | undefined> {
  const { id } = trouble;
  const lacks = await app.link.request("playground.troubleLacks", { id, target: row });
  let target: TroubleAim = row;
  for (const need of lacks) {
    const said = await askNeed(app, { trouble, need, target });
    if (said === undefined) return undefined;
    target = { ...target, ...said };
  }
  return askBeside(trouble, target);
}

async function askNeed(
  app: App,
  ask: { readonly trouble: TroubleSummary; readonly need: TroubleNeed; readonly target: TroubleAim },
): Promise<TroubleAim | undefined> {
  const { need, target } = ask;
  const trouble = { ...ask.trouble, title: aimTitle(ask.trouble.title, target) };
  const question = { title: trouble.title, clusterId: playgroundClusterId };
  switch (need) {
    case "group": {
      const groupId = await pickGroup(app.link, question);
      return groupId === undefined ? undefined : { groupId };
    }
    case "topic": {
      const topic = await pickTopic(app.link, question);
      return topic === undefined ? undefined : { topic };
    }
    case "partition":
      return askPartition(app, trouble, target);
    case "member":
      return askMember(app, trouble, target);
    case "node":
      return askNode(app, trouble);
    case "transactional id":
      return askTransactionalId(app, trouble);
  }
}

async function askPartition(
  app: App,
  { title }: TroubleSummary,
  target: TroubleAim,
): Promise<TroubleAim | undefined> {
  const topic = target.topic ?? (await pickTopic(app.link, { title, clusterId: playgroundClusterId }));
  if (topic === undefined) return undefined;
  const topics = await app.link.request("cluster.topics", { clusterId: playgroundClusterId });
  const count = topics.find((each) => each.topic === topic)?.partitions ?? 1;
  const partition = await pick(title, `Which partition of ${topic}?`, {
    none: "The topic has no partition.",
    choices: Array.from({ length: count }, (_, index) => ({ choice: index, label: `${topic}-${index}` })),
  });
  return partition === undefined ? undefined : { topic, partition };
}

async function askMember(
  app: App,
  { title }: TroubleSummary,
  { groupId = "" }: TroubleAim,
): Promise<TroubleAim | undefined> {
  const members = await app.link.request("playground.groupMembers", { groupId });
  const memberId = await pick(title, `Which member of ${groupId}?`, {
    none: `${groupId} has no members.`,
    choices: members.map((member) => ({
      choice: member.memberId,
      label: member.clientId,
      description: member.memberId,
    })),
  });
  return memberId === undefined ? undefined : { memberId };
}

async function askNode(app: App, trouble: TroubleSummary): Promise<TroubleAim | undefined> {
  const { nodes } = await app.link.request("playground.status", {});
  const wantsUp = trouble.id !== "startNode";
  const nodeId = await pick(trouble.title, "Which node?", {
    none: wantsUp ? "No node is up." : "Every node is up.",
    choices: nodes
      .filter(({ isUp }) => isUp === wantsUp)
      .map((node) => ({
        choice: node.nodeId,
        label: `node ${node.nodeId}`,
        description: `${node.host}:${node.port}`,
      })),
  });
  return nodeId === undefined ? undefined : { nodeId };
}

async function askTransactionalId(app: App, { title }: TroubleSummary): Promise<TroubleAim | undefined> {
  const transactions = await app.link.request("playground.transactions", {});
  const transactionalId = await pick(title, "Whose transactions (transactional.id)?", {
    none: "No producer has had a transaction yet.",
    choices: transactions.map((each) => ({
      choice: each.transactionalId,
      label: each.transactionalId,
      description: each.state,
    })),
  });
  return transactionalId === undefined ? undefined : { transactionalId };
}

/** The only one there is needs no question. */
async function pick<T>(
  title: string,
  placeholder: string,
  of: {
    readonly none: string;
    readonly choices: readonly {
      readonly choice: T;
      readonly label: string;
      readonly description?: string;
    }[];
  },
): Promise<T | undefined> {
  const [only] = of.choices;
  if (!only) {
    void showInformationMessage(of.none);
    return undefined;
  }
  if (of.choices.length === 1) return only.choice;
  const answer = await askPick<T>({ title, placeholder, choices: of.choices });
  return typeof answer === "string" ? undefined : answer.choice;
}

/** What may be told beside what is needed; each may be left empty. */
const besides: readonly {
  readonly takes: TroubleSummary["takes"][number];
  readonly prompt: (id: string) => string;
  readonly pattern: RegExp;
  readonly wrong: string;
  readonly told: (text: string) => TroubleAim;
}[] = [
  {
    takes: "ms",
    prompt: (id) =>
      id === "skewClock"
        ? "Seconds the clock is ahead; negative when it is behind. Empty for an hour ahead."
        : id === "delayCommits" || id === "throttle"
          ? "How many seconds late is each answer? Empty for the default."
          : id.startsWith("move")
            ? "How many seconds does the new one read before it answers? Empty for the default."
            : "How many seconds does it last? Empty for the default.",
    pattern: /^-?\d{1,7}(\.\d{1,3})?$/,
    wrong: "A number of seconds, or nothing.",
    told: (text) => ({ ms: Math.round(Number(text) * 1_000) }),
  },
  {
    takes: "offset",
    prompt: () => "From which offset on? Empty to cut off the newest batch.",
    pattern: /^\d{1,18}$/,
    wrong: "An offset, or nothing.",
    told: (offset) => ({ offset }),
  },
  {
    takes: "client",
    prompt: () => "Of which client (its client id)? Empty for all.",
    pattern: /./,
    wrong: "",
    told: (clientId) => ({ clientId }),
  },
];

async function askBeside(
  { id, title, takes }: TroubleSummary,
  target: TroubleAim,
): Promise<TroubleAim | undefined> {
  let told = target;
  for (const beside of besides.filter((each) => takes.includes(each.takes))) {
    const answer = await askText({
      title: aimTitle(title, target),
      prompt: beside.prompt(id),
      validate: (text) => (text.trim() === "" || beside.pattern.test(text.trim()) ? undefined : beside.wrong),
    });
    if (typeof answer === "string") return undefined;
    const text = answer.text.trim();
    if (text !== "") told = { ...told, ...beside.told(text) };
  }
  return told;
}
