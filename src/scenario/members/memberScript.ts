import type { ConsumerOptions } from "#engine/consumerOptions.ts";

/** A time to take: so many milliseconds, or any between two. */
export type Span = number | { readonly fromMs: number; readonly toMs: number };

/** When and what a member commits. */
export type CommitHabit =
  | { readonly how: "steady"; readonly everyMs: number }
  /** Only what it had consumed so long ago. */
  | { readonly how: "late"; readonly everyMs: number; readonly behindMs: number }
  /** Every so many commits one goes back by so many records, as a worker does that finishes out of order. */
  | { readonly how: "backwards"; readonly everyMs: number; readonly nth: number; readonly records: number };

/** How a member works through records. */
export interface Pace {
  readonly maxRecords: number;
  /** After each poll: what an application would do with its records. */
  readonly workMs: Span;
  readonly commit: CommitHabit;
}

/** What a member does next. Working and hanging need a session: one is opened where none is. */
export type Step =
  | { readonly do: "work"; readonly for: Span | "ever" }
  /** No poll, as in an endless loop: its connection and its heartbeats go on. */
  | { readonly do: "hang"; readonly for: Span | "ever" }
  /** From now on no JoinGroup of this session leaves the process. */
  | { readonly do: "swallowJoins" }
  /** Dies without a word to the group. */
  | { readonly do: "crash" }
  | { readonly do: "leave" }
  | { readonly do: "rest"; readonly for: Span };

/** The options a script may set. */
type ScriptOptions = Partial<
  Pick<
    ConsumerOptions,
    | "blockRebalanceOnPoll"
    | "callbackDelays"
    | "maxPollIntervalMs"
    | "rebalanceTimeoutMs"
    | "sessionTimeoutMs"
  >
>;

/** How a member of the playground behaves, as data: an engine session driven step by step. */
export interface MemberScript {
  /** What a person chooses by: `Stuck in processing`. */
  readonly title: string;
  /** On the member's row: `stuck in processing`. */
  readonly inWords: string;
  /** What will be seen of it. */
  readonly shows: string;
  readonly pace: Pace;
  readonly options?: ScriptOptions | undefined;
  /** Instead of `options` and `steps` where the group speaks KIP-848 and joins are heartbeats. */
  readonly inConsumerGroups?:
    | { readonly options: ScriptOptions; readonly steps: readonly Step[] }
    | undefined;
  /** It takes the instance id of a static member that runs (KIP-345). */
  readonly isTwin?: boolean | undefined;
  /** From the first again after the last. */
  readonly steps: readonly Step[];
}

/** The scripts by id. */
export type MemberScriptId =
  | "steady"
  | "slow"
  | "stuck"
  | "overdue"
  | "deaf"
  | "crashing"
  | "lateCommits"
  | "backwardCommits"
  | "restless"
  | "twin";

const steadyPace: Pace = { maxRecords: 50, workMs: 200, commit: { how: "steady", everyMs: 2_000 } };
const someWork: Step = { do: "work", for: { fromMs: 8_000, toMs: 12_000 } };

/** Long enough for a person to look at, and for a group to give up waiting. */
const patientRebalanceMs = 60_000;

/** All scripts, in the order in which they are offered. */
export const memberScripts: Readonly<Record<MemberScriptId, MemberScript>> = {
  steady: {
    title: "Steady",
    inWords: "polls and commits steadily",
    shows: "Keeps up with hundreds of records a second, and commits every two seconds.",
    pace: steadyPace,
    steps: [{ do: "work", for: "ever" }],
  },
  slow: {
    title: "Slow",
    inWords: "takes seconds for each poll",
    shows: "Its partitions fall behind, and every rebalance waits until it is done.",
    pace: { maxRecords: 20, workMs: { fromMs: 6_000, toMs: 10_000 }, commit: { how: "steady", everyMs: 0 } },
    options: { blockRebalanceOnPoll: true, rebalanceTimeoutMs: patientRebalanceMs },
    steps: [{ do: "work", for: "ever" }],
  },
  stuck: {
    title: "Stuck in processing",
    inWords: "works, then hangs while its heartbeats go on",
    shows: "Its lag grows, and the next rebalance waits until it is evicted.",
    pace: steadyPace,
    options: { blockRebalanceOnPoll: true, rebalanceTimeoutMs: patientRebalanceMs },
    steps: [someWork, { do: "hang", for: "ever" }],
  },
  overdue: {
    title: "Stuck beyond max.poll.interval.ms",
    inWords: "hangs for longer than its max.poll.interval.ms, then polls again",
    shows: "It leaves ten seconds after a poll and joins again: two rebalances each time.",
    pace: steadyPace,
    options: { maxPollIntervalMs: 10_000 },
    steps: [someWork, { do: "hang", for: { fromMs: 20_000, toMs: 25_000 } }],
  },
  deaf: {
    title: "Never rejoining",
    inWords: "joins once, and never again",
    shows: "At the next rebalance the group waits until it is evicted; it stays out.",
    pace: steadyPace,
    options: { rebalanceTimeoutMs: patientRebalanceMs, sessionTimeoutMs: patientRebalanceMs },
    // Nothing but its silence about the revocation tells a consumer group's coordinator that it does not follow.
    inConsumerGroups: {
      options: {
        callbackDelays: { assignedMs: 0, revokedMs: 3_600_000, lostMs: 0 },
        rebalanceTimeoutMs: patientRebalanceMs,
      },
      steps: [{ do: "work", for: "ever" }],
    },
    steps: [someWork, { do: "swallowJoins" }, { do: "work", for: "ever" }],
  },
  crashing: {
    title: "Crash-looping",
    inWords: "dies without leaving and comes back, over and over",
    shows: "Each return starts a rebalance that waits for its former self to time out.",
    pace: steadyPace,
    steps: [someWork, { do: "crash" }, { do: "rest", for: { fromMs: 3_000, toMs: 6_000 } }],
  },
  lateCommits: {
    title: "Committing late",
    inWords: "commits half a minute behind what it has consumed",
    shows: "Its lag stays; whoever takes over consumes half a minute again.",
    pace: { ...steadyPace, commit: { how: "late", everyMs: 5_000, behindMs: 30_000 } },
    steps: [{ do: "work", for: "ever" }],
  },
  backwardCommits: {
    title: "Committing backwards",
    inWords: "commits earlier offsets after later ones",
    shows: "Its committed offsets jump back, and a finding says in which partition.",
    pace: { ...steadyPace, commit: { how: "backwards", everyMs: 2_000, nth: 3, records: 50 } },
    steps: [{ do: "work", for: "ever" }],
  },
  restless: {
    title: "Leaving and joining all the time",
    inWords: "leaves after a few seconds and joins again",
    shows: "The generations count up, and every member stops for each of them.",
    pace: steadyPace,
    steps: [
      { do: "work", for: { fromMs: 4_000, toMs: 7_000 } },
      { do: "leave" },
      { do: "rest", for: { fromMs: 1_000, toMs: 3_000 } },
    ],
  },
  twin: {
    title: "Fencing twin",
    inWords: "uses the instance id of another member",
    shows: "The static member whose id it takes is fenced and ends (KIP-345).",
    pace: steadyPace,
    isTwin: true,
    steps: [{ do: "work", for: "ever" }],
  },
};

/** Whether this names a script. */
export function isMemberScriptId(text: string): text is MemberScriptId {
  return Object.hasOwn(memberScripts, text);
}

/** What a script makes of a member in the protocol it speaks. */
export function scriptIn(
  script: MemberScript,
  groupProtocol: ConsumerOptions["groupProtocol"],
): { readonly options: ScriptOptions; readonly steps: readonly Step[] } {
  if (groupProtocol === "consumer" && script.inConsumerGroups) return script.inConsumerGroups;
  return { options: script.options ?? {}, steps: script.steps };
}
