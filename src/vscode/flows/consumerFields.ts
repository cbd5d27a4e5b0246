import type { AdvancedOptions, SessionChoice } from "#host/channel/sessionRequests.ts";
import { askPick, askText } from "../ui/ask.ts";
import { askDuration } from "./askPlace.ts";
import {
  type ConsumerField,
  choiceField,
  countField,
  durationField,
  textField,
  typedField,
  yesNo,
} from "./consumerField.ts";
import { checkDuration, checkWholeNumber, durationInput, parseDuration } from "./validation.ts";

const always = () => true;
const asMember = (choice: SessionChoice) => choice.groupId !== undefined && choice.partitions === undefined;
const inGroup = (choice: SessionChoice) => choice.groupId !== undefined;
const asClassicMember = (choice: SessionChoice, options: AdvancedOptions) =>
  asMember(choice) && options.groupProtocol === "classic";

/** Everything of a debug consumer that is seldom changed, in the order of the form. */
export const consumerFields: readonly ConsumerField[] = [
  choiceField(
    "groupProtocol",
    {
      section: "Group",
      label: "Group protocol",
      detail: "who divides the partitions: a member, or the broker (KIP-848)",
      applies: asMember,
    },
    [
      { choice: "classic", label: "classic", description: "JoinGroup and SyncGroup; the leader divides" },
      {
        choice: "consumer",
        label: "consumer",
        description: "KIP-848; falls back to classic where the broker lacks it",
      },
    ],
  ),
  textField(
    "serverAssignor",
    {
      section: "Group",
      label: "Server-side assignor",
      detail: "uniform or range; empty leaves the choice to the broker",
      applies: (choice, options) => asMember(choice) && options.groupProtocol === "consumer",
    },
    "the broker's choice",
  ),
  textField(
    "topicPattern",
    {
      section: "Group",
      label: "Topic pattern",
      detail:
        "a regular expression (RE2): topics whose whole name matches are read as well, whenever they appear",
      applies: asMember,
    },
    "none",
  ),
  textField(
    "rack",
    { section: "Group", label: "Rack", detail: "client.rack: read from a replica nearby (KIP-392)" },
    "none",
  ),
  yesNo("blockRebalanceOnPoll", {
    section: "Group",
    label: "Block rebalances on poll",
    detail: "no rebalance between a poll and Allow Rebalance, as franz-go's BlockRebalanceOnPoll",
    applies: asMember,
  }),
  typedField(
    {
      section: "Group",
      label: "Longest time between polls",
      detail: "max.poll.interval.ms: who polls later leaves the group; empty: no limit",
      applies: asMember,
    },
    {
      show: ({ maxPollIntervalMs }) =>
        maxPollIntervalMs === undefined ? "" : durationInput(maxPollIntervalMs),
      check: checkDuration,
      set: (text) => ({ maxPollIntervalMs: text === "" ? undefined : parseDuration(text) }),
      none: "no limit",
    },
  ),
  ...(["assigned", "revoked", "lost"] as const).map((callback) =>
    durationField(
      {
        section: "Group",
        label: `On-${callback} callback takes`,
        detail: "as an application's rebalance listener would; 0 s: at once",
        applies: asMember,
      },
      ({ callbackDelays }) => callbackDelays[`${callback}Ms`],
      (ms, { callbackDelays }) => ({ callbackDelays: { ...callbackDelays, [`${callback}Ms`]: ms } }),
    ),
  ),
  durationField(
    {
      section: "Group",
      label: "Session timeout",
      detail: "unheard of for so long, a member is evicted",
      applies: asClassicMember,
    },
    ({ sessionTimeoutMs }) => sessionTimeoutMs,
    (sessionTimeoutMs) => ({ sessionTimeoutMs }),
  ),
  durationField(
    {
      section: "Group",
      label: "Rebalance timeout",
      detail: "how long the group waits for this member to rejoin",
      applies: asMember,
    },
    ({ rebalanceTimeoutMs }) => rebalanceTimeoutMs,
    (rebalanceTimeoutMs) => ({ rebalanceTimeoutMs }),
  ),
  durationField(
    {
      section: "Group",
      label: "Heartbeat interval",
      detail: "at most a third of the session timeout is usual",
      applies: asClassicMember,
    },
    ({ heartbeatIntervalMs }) => heartbeatIntervalMs,
    (heartbeatIntervalMs) => ({ heartbeatIntervalMs }),
  ),
  {
    section: "Position",
    label: "When the position is out of range",
    detail: "the log no longer has it: deleted by retention, truncated, or recreated",
    applies: always,
    text: ({ resetPolicy }) =>
      typeof resetPolicy === "string"
        ? resetPolicies[resetPolicy]
        : `go ${durationInput(resetPolicy.backMs)} back`,
    change: async (title, { resetPolicy }) => {
      const answer = await askPick<keyof typeof resetPolicies | "ago">({
        title,
        placeholder: "Where to when the log no longer has the position?",
        active: typeof resetPolicy === "string" ? resetPolicy : "ago",
        choices: [
          ...(Object.keys(resetPolicies) as (keyof typeof resetPolicies)[]).map((choice) => ({
            choice,
            label: resetPolicies[choice],
          })),
          { choice: "ago" as const, label: "go some time back…" },
        ],
      });
      if (typeof answer === "string") return undefined;
      if (answer.choice !== "ago") return { resetPolicy: answer.choice };
      const backMs = await askDuration(title, "How long back?");
      return backMs === undefined ? undefined : { resetPolicy: { backMs } };
    },
  },
  yesNo("fetchSessions", {
    section: "Fetching",
    label: "Fetch sessions",
    detail: "only changes are asked for (KIP-227)",
  }),
  durationField(
    { section: "Fetching", label: "Longest wait of a fetch", detail: "fetch.max.wait.ms" },
    ({ fetch }) => fetch.maxWaitMs,
    (maxWaitMs, { fetch }) => ({ fetch: { ...fetch, maxWaitMs } }),
  ),
  ...(
    [
      ["minBytes", "Least bytes of a fetch", "fetch.min.bytes"],
      ["maxBytes", "Most bytes of a fetch", "fetch.max.bytes"],
      ["maxPartitionBytes", "Most bytes of a partition", "max.partition.fetch.bytes"],
    ] as const
  ).map(([key, label, detail]) =>
    countField(
      { section: "Fetching", label, detail },
      ({ fetch }) => fetch[key],
      (bytes, { fetch }) => ({ fetch: { ...fetch, [key]: bytes } }),
    ),
  ),
  yesNo("controlRecords", {
    section: "Fetching",
    label: "Show control records",
    detail: "transaction markers are delivered too, marked as such",
  }),
  choiceField(
    "pausedBuffer",
    {
      section: "Buffer",
      label: "Buffered records of a paused partition",
      detail: "what happens to them at a pause",
    },
    [
      { choice: "retain", label: "stay", description: "as in Java's client" },
      {
        choice: "discard",
        label: "are dropped",
        description: "and fetched again after the pause, as in franz-go",
      },
    ],
  ),
  countField(
    { section: "Buffer", label: "Most buffered records", detail: "fetching pauses beyond" },
    ({ maxBufferedRecords }) => maxBufferedRecords,
    (maxBufferedRecords) => ({ maxBufferedRecords }),
  ),
  countField(
    { section: "Buffer", label: "Most buffered bytes", detail: "fetching pauses beyond" },
    ({ maxBufferedBytes }) => maxBufferedBytes,
    (maxBufferedBytes) => ({ maxBufferedBytes }),
  ),
  choiceField(
    "autoCommit",
    {
      section: "Commits",
      label: "Commits by itself",
      detail: "when positions are committed without being told",
      applies: inGroup,
    },
    [
      { choice: "off", label: "no", description: "only when told" },
      {
        choice: "onPoll",
        label: "at a poll",
        description: "as Java: what earlier polls returned, once the interval has passed",
      },
      {
        choice: "onTimer",
        label: "by a timer",
        description: "as franz-go: what polls before the last one returned",
      },
    ],
  ),
  durationField(
    {
      section: "Commits",
      label: "Commit interval",
      detail: "auto.commit.interval.ms",
      applies: (choice, { autoCommit }) => inGroup(choice) && autoCommit !== "off",
    },
    ({ autoCommitIntervalMs }) => autoCommitIntervalMs,
    (autoCommitIntervalMs) => ({ autoCommitIntervalMs }),
  ),
  yesNo("commitOnRevoke", {
    section: "Commits",
    label: "Commit before partitions are given up",
    detail: "every position, within the rebalance timeout",
    applies: asMember,
  }),
  {
    section: "Corrupt batches",
    label: "A batch that cannot be read",
    detail: "stops its partition, is asked for again, or is left out",
    applies: always,
    text: ({ corruptBatchPolicy: policy }) =>
      typeof policy === "string"
        ? corruptPolicies[policy]
        : `is asked for ${policy.times} times more, then ${corruptPolicies[policy.otherwise]}`,
    change: askCorruptPolicy,
  },
];

const resetPolicies = {
  nearest: "go to the nearest end",
  start: "go to the start",
  end: "go to the end",
  none: "stop there and say so",
} as const;

const corruptPolicies = { halt: "stops its partition", skip: "is left out; the gap is recorded" } as const;

async function askCorruptPolicy(title: string): Promise<Partial<AdvancedOptions> | undefined> {
  const answer = await askPick<"halt" | "skip" | "retryHalt" | "retrySkip">({
    title,
    placeholder: "What happens to a batch that cannot be read?",
    choices: [
      { choice: "halt", label: corruptPolicies.halt, description: "retry or skip it by hand" },
      { choice: "skip", label: corruptPolicies.skip },
      { choice: "retryHalt", label: "is asked for again, then stops its partition…" },
      { choice: "retrySkip", label: "is asked for again, then is left out…" },
    ],
  });
  if (typeof answer === "string") return undefined;
  if (answer.choice === "halt" || answer.choice === "skip") return { corruptBatchPolicy: answer.choice };
  const times = await askText({
    title,
    prompt: "How many times?",
    value: "3",
    validate: checkWholeNumber(1, 100),
  });
  if (typeof times === "string") return undefined;
  return {
    corruptBatchPolicy: {
      kind: "retry",
      times: Number(times.text),
      backoffMs: 500,
      otherwise: answer.choice === "retryHalt" ? "halt" : "skip",
    },
  };
}
