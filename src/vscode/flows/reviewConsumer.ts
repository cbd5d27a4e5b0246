import { topicPartitionText } from "#base/topicPartition.ts";
import type { AdvancedOptions, SessionChoice, StartPosition } from "#host/channel/sessionRequests.ts";
import type { HostLink } from "../host/hostLink.ts";
import { askPick, askText } from "../ui/ask.ts";
import { changeAdvanced, changedCount } from "./advancedConsumer.ts";
import { askStartPosition, type Place } from "./askPlace.ts";
import { durationInput } from "./validation.ts";

interface Position {
  readonly title: string;
  readonly canGoBack: boolean;
}

type Part = "start" | "assignors" | "startPosition" | "isolation" | "pollMode" | "staticId" | "advanced";

/** Shows what will be started: Enter starts it, every other line changes one thing and comes back here. */
export async function reviewConsumer(
  link: HostLink,
  start: SessionChoice,
  place: Position,
): Promise<SessionChoice | "back" | "cancel"> {
  const defaults = await link.request("session.defaults", { clusterId: start.clusterId });
  let choice = start;
  for (;;) {
    const { problem } = await link.request("session.problem", choice);
    const answer: { readonly choice: Part } | "back" | "cancel" = await askPick<Part>({
      ...place,
      placeholder: problem === undefined ? "Enter starts it" : "This cannot be started",
      // Whatever was changed last: Enter starts it, as the line above says.
      active: "start",
      choices: lines(choice, { ...defaults, ...choice.advanced }, problem),
    });
    if (typeof answer === "string") return answer;
    if (answer.choice === "start") {
      if (problem === undefined) return choice;
    } else if (answer.choice === "advanced") {
      choice = await changeAdvanced(choice, {
        title: place.title,
        defaults,
        problemOf: async (each) => (await link.request("session.problem", each)).problem,
      });
    } else {
      choice = (await changes[answer.choice](choice, place)) ?? choice;
    }
  }
}

function lines(choice: SessionChoice, options: AdvancedOptions, problem: string | undefined) {
  const what = choice.partitions?.map(topicPartitionText).join(", ") ?? topicsText(choice, options);
  const where = choice.groupId === undefined ? "without a group" : `in group ${choice.groupId}`;
  const changed = changedCount(choice);
  const isClassicMember = choice.groupId !== undefined && options.groupProtocol === "classic";
  return [
    problem === undefined
      ? { choice: "start" as const, label: "$(play) Start", description: `${what} ${where}` }
      : { choice: "start" as const, label: "$(error) Cannot start", detail: problem },
    {
      choice: "startPosition" as const,
      label: "Start position",
      description: startPositionText(choice.startPosition),
    },
    { choice: "pollMode" as const, label: "Delivery", description: pollModeTexts[choice.pollMode.mode] },
    { choice: "isolation" as const, label: "Isolation", description: `isolation.level: ${choice.isolation}` },
    ...(isClassicMember
      ? [
          {
            choice: "assignors" as const,
            label: "Assignors",
            description: `partition.assignment.strategy: ${choice.assignors.join(", then ")}`,
          },
        ]
      : []),
    ...(choice.groupId === undefined
      ? []
      : [
          {
            choice: "staticId" as const,
            label: "Static member id",
            description: `group.instance.id: ${choice.groupInstanceId ?? "none"}`,
          },
        ]),
    {
      choice: "advanced" as const,
      label: "Advanced…",
      description:
        changed === 0
          ? "group protocol, timeouts, fetching, buffer, commits, corrupt batches"
          : `${changed} ${changed === 1 ? "setting" : "settings"} changed`,
    },
  ];
}

function topicsText({ topics }: SessionChoice, { topicPattern }: AdvancedOptions): string {
  const named = topics.join(", ");
  if (topicPattern === undefined) return named;
  return named === "" ? `topics like ${topicPattern}` : `${named}, topics like ${topicPattern}`;
}

const pollModeTexts = {
  hold: "hold: fetches into the buffer, delivers nothing until told",
  step: "hold: fetches into the buffer, delivers nothing until told",
  flow: "flow: delivers as fast as records come",
} as const;

/** In the user's words: `committed, else start`. */
function startPositionText(position: StartPosition): string {
  if (position.kind !== "committed") return placeText(position);
  if (typeof position.else !== "string") return `committed, else ${durationInput(position.else.backMs)} ago`;
  return position.else === "none" ? "committed, else fail" : `committed, else ${position.else}`;
}

function placeText(place: Place): string {
  switch (place.kind) {
    case "start":
    case "end":
      return place.kind;
    case "offset":
      return `offset ${place.offset}`;
    case "timestamp":
      return `at or after ${new Date(place.timestampMs).toLocaleString()}`;
    case "duration":
      return `${durationInput(place.backMs)} ago`;
    case "relative":
      return place.by < 0n ? `${-place.by} before the ${place.to}` : `${place.by} after the ${place.to}`;
  }
}

/** Typed, so that any list is possible; one that is not known is refused on the page before. */
async function askAssignors(
  { assignors }: SessionChoice,
  title: string,
): Promise<readonly string[] | undefined> {
  const answer = await askText({
    title,
    prompt: "Assignors, most wanted first, with commas between",
    value: assignors.join(", "),
    validate: (text) => (splitNames(text).length === 0 ? "At least one is needed." : undefined),
  });
  return typeof answer === "string" ? undefined : splitNames(answer.text);
}

function splitNames(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== "");
}

type Change = (choice: SessionChoice, place: Position) => Promise<SessionChoice | undefined>;

const changes: Readonly<Record<Exclude<Part, "start" | "advanced">, Change>> = {
  assignors: async (choice, { title }) => {
    const answer = await askPick<readonly string[]>({
      title,
      placeholder: "Which assignors does it offer, most wanted first?",
      choices: [
        {
          choice: ["cooperative-sticky", "range"],
          label: "cooperative-sticky, then range",
          description: "fits most groups",
        },
        { choice: ["range", "cooperative-sticky"], label: "range, then cooperative-sticky" },
        { choice: ["range"], label: "range", description: "eager: everything is revoked in each rebalance" },
        {
          choice: ["cooperative-sticky"],
          label: "cooperative-sticky",
          description: "only what moves is revoked",
        },
        { choice: ["sticky"], label: "sticky", description: "eager, and keeps what it can" },
        { choice: ["roundrobin"], label: "roundrobin", description: "eager, one partition after the other" },
        {
          choice: ["RoundRobinAssigner"],
          label: "RoundRobinAssigner",
          description: "in a group of kafkajs members",
        },
        { choice: [], label: "Another order…", description: "any of them, most wanted first" },
      ],
    });
    if (typeof answer === "string") return undefined;
    const assignors = answer.choice.length > 0 ? answer.choice : await askAssignors(choice, title);
    return assignors && { ...choice, assignors };
  },
  startPosition: async (choice, { title }) => {
    const startPosition = await askStartPosition(title, choice.groupId !== undefined);
    return startPosition && { ...choice, startPosition };
  },
  isolation: async (choice, { title }) => {
    const answer = await askPick<SessionChoice["isolation"]>({
      title,
      placeholder: "Which records of transactions does it see?",
      active: choice.isolation,
      choices: [
        { choice: "read_uncommitted", label: "read_uncommitted", description: "all, aborted ones too" },
        { choice: "read_committed", label: "read_committed", description: "only those that were committed" },
      ],
    });
    return typeof answer === "string" ? undefined : { ...choice, isolation: answer.choice };
  },
  pollMode: async (choice, { title }) => {
    const answer = await askPick<"hold" | "flow">({
      title,
      placeholder: "What happens with fetched records?",
      choices: [
        { choice: "hold", label: "Hold", description: "stay in the buffer; poll them when you want" },
        { choice: "flow", label: "Flow", description: "are delivered as they come" },
      ],
    });
    return typeof answer === "string" ? undefined : { ...choice, pollMode: { mode: answer.choice } };
  },
  staticId: async (choice, { title }) => {
    const answer = await askText({
      title,
      prompt: "group.instance.id: keeps its partitions over a restart. Empty for none.",
      value: choice.groupInstanceId ?? "",
    });
    if (typeof answer === "string") return undefined;
    const { groupInstanceId: _dropped, ...rest } = choice;
    const groupInstanceId = answer.text.trim();
    return groupInstanceId === "" ? rest : { ...rest, groupInstanceId };
  },
};
