import type { TopicPartition } from "#base/topicPartition.ts";
import type { GroupSummary, TopicSummary } from "#host/channel/clusterRequests.ts";
import type { SessionChoice } from "#host/channel/sessionRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { groupIdOf, topicOf } from "../commands/target.ts";
import { askMany, askPick, askText } from "../ui/ask.ts";
import { pickCluster } from "../ui/pickers.ts";
import { runWizard, type Step } from "../ui/wizard.ts";
import { reviewConsumer } from "./reviewConsumer.ts";

const title = "Start debug consumer";

/** A debug consumer while it is being chosen; what is missing is asked for. */
interface Draft {
  readonly topics: readonly string[];
  /** Topics whose whole name matches are read as well. */
  readonly topicPattern: string | undefined;
  /** Without a group: only this one. */
  readonly partition: TopicPartition | undefined;
  /** Null is "no group"; undefined is not decided yet. */
  readonly groupId: string | null | undefined;
  readonly choice: SessionChoice | undefined;
}

/**
 * Asks for cluster, topics and group, as far as the row does not say it, then shows the rest as defaults to accept
 * with one press or to change.
 */
export async function chooseConsumer(
  app: App,
  target: NodeTarget | undefined,
): Promise<SessionChoice | undefined> {
  const clusterId =
    target && "clusterId" in target
      ? target.clusterId
      : (await pickCluster(app.link, { title, kinds: ["cluster", "playground"] }))?.clusterId;
  if (clusterId === undefined) return undefined;
  const [topics, groups] = await Promise.all([
    app.link.request("cluster.topics", { clusterId }),
    // A cluster that hides its groups can still be read without one.
    app.link.request("cluster.groups", { clusterId }).catch((): readonly GroupSummary[] => []),
  ]);
  const draft = await runWizard<Draft>(
    [askTopics(topics, patternCheck(app.link, clusterId)), askGroup(groups), review(app.link, clusterId)],
    draftFor(target, groups),
  );
  return draft?.choice;
}

/** What the row says already: a group reads what its members read, a partition is read without a group. */
function draftFor(target: NodeTarget | undefined, groups: readonly GroupSummary[]): Draft {
  const groupId = groupIdOf(target);
  const topic = topicOf(target);
  const known = groups.find((group) => group.groupId === groupId)?.topics ?? [];
  if (target?.kind === "topicPartition") {
    const partition = { topic: target.topic, partition: target.partition };
    return { ...nothing, topics: [target.topic], partition, groupId: null };
  }
  return { ...nothing, topics: topic === undefined ? known : [topic], groupId };
}

const nothing: Draft = {
  topics: [],
  topicPattern: undefined,
  partition: undefined,
  groupId: undefined,
  choice: undefined,
};

/** Beside the topics there are: those to come. */
const byPattern = { pattern: "asked for" } as const;

/** What is wrong with a pattern, by whoever will match with it. */
function patternCheck(link: App["link"], clusterId: string) {
  return async (text: string): Promise<string | undefined> => {
    const topicPattern = text.trim();
    if (topicPattern === "") return "A pattern is needed.";
    const draft = { ...nothing, topicPattern, groupId: "any" };
    const { problem } = await link.request("session.problem", defaultChoice(clusterId, draft));
    return problem && `${problem.slice(0, 1).toUpperCase()}${problem.slice(1)}`;
  };
}

function askTopics(
  topics: readonly TopicSummary[],
  checkPattern: (text: string) => Promise<string | undefined>,
): Step<Draft> {
  return async (draft, { canGoBack }) => {
    if (draft.topics.length > 0 || draft.topicPattern !== undefined) return "skip";
    const shown = topics.filter(({ isInternal }) => !isInternal);
    const [only] = shown;
    const answer = await askMany<string | typeof byPattern>({
      title,
      canGoBack,
      placeholder: shown.length === 0 ? "The cluster has no topic yet. Create one first." : "Which topics?",
      none: "Choose at least one topic",
      selected: only && shown.length === 1 ? [only.topic] : [],
      choices: [
        ...shown
          .toSorted((a, b) => a.topic.localeCompare(b.topic))
          .map(({ topic, partitions }) => ({
            choice: topic,
            label: topic,
            description: `${partitions} ${partitions === 1 ? "partition" : "partitions"}`,
          })),
        {
          choice: byPattern,
          label: "Topics that match a pattern…",
          description: "in a group; those that appear later too",
        },
      ],
    });
    if (typeof answer === "string") return answer;
    const chosen = answer.choices.filter((each) => typeof each === "string");
    if (chosen.length === answer.choices.length) return { ...draft, topics: chosen };
    const pattern = await askText({
      title,
      prompt: "A regular expression (RE2) for whole names",
      placeholder: "orders-.*",
      validate: checkPattern,
    });
    if (typeof pattern === "string") return pattern;
    return { ...draft, topics: chosen, topicPattern: pattern.text.trim() };
  };
}

function askGroup(groups: readonly GroupSummary[]): Step<Draft> {
  const joinable = groups.filter(({ groupType }) => groupType !== "share" && groupType !== "streams");
  return async (draft, { canGoBack }) => {
    if (draft.groupId !== undefined) return "skip";
    const answer = await askPick<string | null>({
      title,
      canGoBack,
      placeholder: "Join a group, or only read? Type a name for a new group.",
      choices: [
        ...joinable.map(({ groupId, state }) => ({
          choice: groupId,
          label: groupId,
          description: `join as a real member${state ? ` · ${state}` : ""}`,
        })),
        { choice: null, label: "No group", description: "reads all partitions; disturbs nobody" },
      ],
      create: (text) =>
        joinable.some(({ groupId }) => groupId === text)
          ? undefined
          : { choice: text, label: text, description: "new group", alwaysShow: true },
    });
    return typeof answer === "string" ? answer : { ...draft, groupId: answer.choice };
  };
}

function review(link: App["link"], clusterId: string): Step<Draft> {
  return async (draft, { canGoBack }) => {
    const answer = await reviewConsumer(link, defaultChoice(clusterId, draft), { title, canGoBack });
    return typeof answer === "string" ? answer : { ...draft, choice: answer };
  };
}

/** Reads committed offsets in a group, everything without one, and delivers nothing until told. */
function defaultChoice(
  clusterId: string,
  { topics, topicPattern, partition, groupId }: Draft,
): SessionChoice {
  const reads = {
    clusterId,
    topics,
    isolation: "read_uncommitted",
    pollMode: { mode: "hold" },
    ...(topicPattern !== undefined && { advanced: { topicPattern } }),
  } as const;
  if (groupId === undefined || groupId === null) {
    return {
      ...reads,
      assignors: [],
      startPosition: { kind: "start" },
      ...(partition && { partitions: [partition] }),
    };
  }
  return {
    ...reads,
    groupId,
    assignors: ["cooperative-sticky", "range"],
    startPosition: { kind: "committed", else: "start" },
  };
}
