import { topicPartitionText } from "#base/topicPartition.ts";
import type { SessionChoice, StartPosition } from "#host/channel/sessionRequests.ts";
import { askPick, askText } from "../ui/ask.ts";
import { checkOffset, checkTimestamp, parseTimestamp } from "./validation.ts";

interface Place {
  readonly title: string;
  readonly step: number;
  readonly canGoBack: boolean;
}

type Part = "start" | "assignors" | "startPosition" | "isolation" | "pollMode" | "staticId";

/** Shows what will be started: Enter starts it, every other line changes one thing and comes back here. */
export async function reviewConsumer(
  start: SessionChoice,
  place: Place,
): Promise<SessionChoice | "back" | "cancel"> {
  let choice = start;
  let active: Part = "start";
  for (;;) {
    const answer: { readonly choice: Part } | "back" | "cancel" = await askPick<Part>({
      ...place,
      placeholder: "Enter starts it",
      active,
      choices: lines(choice),
    });
    if (typeof answer === "string") return answer;
    if (answer.choice === "start") return choice;
    active = answer.choice;
    choice = (await changes[answer.choice](choice, place)) ?? choice;
  }
}

function lines(choice: SessionChoice) {
  const what = choice.partitions?.map(topicPartitionText).join(", ") ?? choice.topics.join(", ");
  const where = choice.groupId === undefined ? "without a group" : `in group ${choice.groupId}`;
  return [
    { choice: "start" as const, label: "$(play) Start", description: `${what} ${where}` },
    {
      choice: "startPosition" as const,
      label: "Start position",
      description: startPositionText(choice.startPosition),
    },
    { choice: "pollMode" as const, label: "Delivery", description: pollModeTexts[choice.pollMode.mode] },
    { choice: "isolation" as const, label: "Isolation", description: choice.isolation },
    ...(choice.groupId === undefined
      ? []
      : [
          { choice: "assignors" as const, label: "Assignors", description: choice.assignors.join(", then ") },
          {
            choice: "staticId" as const,
            label: "Static member id",
            description: choice.groupInstanceId ?? "none",
          },
        ]),
  ];
}

const pollModeTexts = {
  hold: "hold: fetches into the buffer, delivers nothing until told",
  step: "step: delivers on request",
  flow: "flow: delivers as fast as records come",
} as const;

/** In the user's words: `committed, else start`. */
function startPositionText(position: StartPosition): string {
  switch (position.kind) {
    case "committed":
      return position.else === "none" ? "committed, else fail" : `committed, else ${position.else}`;
    case "start":
    case "end":
      return position.kind;
    case "offset":
      return `offset ${position.offset}`;
    case "timestamp":
      return `at or after ${new Date(position.timestampMs).toLocaleString()}`;
  }
}

type Change = (choice: SessionChoice, place: Place) => Promise<SessionChoice | undefined>;

const changes: Readonly<Record<Exclude<Part, "start">, Change>> = {
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
      ],
    });
    return typeof answer === "string" ? undefined : { ...choice, assignors: answer.choice };
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

async function askStartPosition(title: string, inGroup: boolean): Promise<StartPosition | undefined> {
  type Kind = "committedStart" | "committedEnd" | "committedNone" | "start" | "end" | "offset" | "timestamp";
  const committed = [
    { choice: "committedStart" as const, label: "Committed, else start" },
    { choice: "committedEnd" as const, label: "Committed, else end" },
    {
      choice: "committedNone" as const,
      label: "Committed, else fail",
      description: "stops where nothing is committed",
    },
  ];
  const answer = await askPick<Kind>({
    title,
    placeholder: "Where does reading begin?",
    choices: [
      ...(inGroup ? committed : []),
      { choice: "start", label: "Start", description: "the first record there is" },
      { choice: "end", label: "End", description: "only what comes from now on" },
      { choice: "offset", label: "Offset…" },
      { choice: "timestamp", label: "Time…", description: "the first record at or after it" },
    ],
  });
  if (typeof answer === "string") return undefined;
  switch (answer.choice) {
    case "committedStart":
      return { kind: "committed", else: "start" };
    case "committedEnd":
      return { kind: "committed", else: "end" };
    case "committedNone":
      return { kind: "committed", else: "none" };
    case "start":
    case "end":
      return { kind: answer.choice };
    case "offset": {
      const offset = await askText({ title, prompt: "Offset, in every partition", validate: checkOffset });
      return typeof offset === "string" ? undefined : { kind: "offset", offset: BigInt(offset.text.trim()) };
    }
    case "timestamp": {
      const time = await askText({
        title,
        prompt: "Date and time, in this computer's time zone",
        placeholder: "2026-03-01 14:05",
        validate: checkTimestamp,
      });
      const timestampMs = typeof time === "string" ? undefined : parseTimestamp(time.text);
      return timestampMs === undefined ? undefined : { kind: "timestamp", timestampMs };
    }
  }
}
