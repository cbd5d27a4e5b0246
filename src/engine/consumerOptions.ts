import type { TopicPartition } from "#base/topicPartition.ts";

/** Where a partition is first read. `committed` needs a group; `else` says what holds without a committed offset. */
export type StartPosition =
  | { readonly kind: "committed"; readonly else: "start" | "end" | "none" | ByDuration }
  | Place;

/** A place in a log that can be looked up now. */
export type Place =
  | { readonly kind: "start" | "end" }
  | { readonly kind: "offset"; readonly offset: bigint }
  | { readonly kind: "timestamp"; readonly timestampMs: number }
  /** The first record of the last `backMs` milliseconds. */
  | { readonly kind: "duration"; readonly backMs: number }
  /** So many offsets after (negative: before) another place, within the log. */
  | { readonly kind: "relative"; readonly to: "start" | "end"; readonly by: bigint };

/** The first record of the last `backMs` milliseconds (KIP-1106). */
export interface ByDuration {
  readonly backMs: number;
}

export type IsolationLevel = "read_uncommitted" | "read_committed";

/** What happens when the log no longer has the position: `nearest` is the end of the log that is closer. */
export type ResetPolicy = "none" | "start" | "end" | "nearest" | ByDuration;

/**
 * What happens to a batch that cannot be decoded: its partition stops, or reading goes on behind it; `retry` asks for
 * it again first, from the same leader, then from another replica.
 */
export type CorruptBatchPolicy =
  | "halt"
  | "skip"
  | {
      readonly kind: "retry";
      /** How often in all, from 1. */
      readonly times: number;
      readonly backoffMs: number;
      /** When it is still damaged after that. */
      readonly otherwise: "halt" | "skip";
    };

/** `consumer` is KIP-848's; where the broker lacks it, the session falls back to `classic` and says why. */
export type GroupProtocol = "classic" | "consumer";

/**
 * When a session commits by itself. `onPoll` as Java: at a poll, once the interval has passed, everything that earlier
 * polls returned. `onTimer` as franz-go: by a timer, what polls before the last one returned.
 */
export type AutoCommitMode = "off" | "onPoll" | "onTimer";

/** How long the rebalance callbacks of the application take; a debug consumer's own do nothing but wait. */
export interface CallbackDelays {
  readonly assignedMs: number;
  readonly revokedMs: number;
  readonly lostMs: number;
}

/** How much one Fetch request may ask for. */
export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxPartitionBytes: number;
}

/** Everything a debug consumer is started with. */
export interface ConsumerOptions {
  readonly sessionId: string;
  /** Short name shown to people. */
  readonly name: string;
  readonly clientId: string;
  /** None: partitions are read directly, and nothing can be committed. */
  readonly groupId?: string | undefined;
  readonly groupInstanceId?: string | undefined;
  readonly groupProtocol: GroupProtocol;
  /** KIP-848 only: the broker's assignor, `uniform` or `range`; undefined leaves the choice to it. */
  readonly serverAssignor?: string | undefined;
  readonly topics: readonly string[];
  /** Topics whose whole name matches are subscribed to as well, whenever they appear. Not with `directPartitions`. */
  readonly topicPattern?: string | undefined;
  /** `client.rack`: brokers may name a replica in it to read from (KIP-392), assignors may prefer it (KIP-881). */
  readonly rack?: string | undefined;
  /** Exactly these, without joining the group; commits are still possible when a group is named. */
  readonly directPartitions?: readonly TopicPartition[] | undefined;
  /** Names in order of preference; in a consumer group (KIP-848) only for falling back to the classic protocol. */
  readonly assignors: readonly string[];
  readonly startPosition: StartPosition;
  readonly resetPolicy: ResetPolicy;
  readonly isolation: IsolationLevel;
  readonly corruptBatchPolicy: CorruptBatchPolicy;
  readonly maxBufferedRecords: number;
  readonly maxBufferedBytes: number;
  /** What happens to the buffered records of a partition when it is paused: kept, as Java does, or fetched again later. */
  readonly pausedBuffer: "retain" | "discard";
  /** Transaction markers are delivered as records of their own, marked as such. */
  readonly controlRecords: boolean;
  /** Fetch sessions (KIP-227): only what changed is asked for. */
  readonly fetchSessions: boolean;
  readonly autoCommit: AutoCommitMode;
  readonly autoCommitIntervalMs: number;
  /** Commits every position before partitions are given up, also without auto-commit. */
  readonly commitOnRevoke: boolean;
  /**
   * No rebalance, and no rebalance callback, between a poll that returned records and `allowRebalance`; polls in between
   * are fine (franz-go).
   */
  readonly blockRebalanceOnPoll: boolean;
  /** A member that does not poll for so long leaves the group (Java's max.poll.interval.ms); undefined: never. */
  readonly maxPollIntervalMs?: number | undefined;
  readonly callbackDelays: CallbackDelays;
  /** Classic protocol; in a consumer group (KIP-848) the broker decides this, and how often heartbeats come. */
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly fetch: FetchLimits;
  /** A scripted member of the playground: shown in the group, not among the debug consumers. */
  readonly scripted: boolean;
  /** What its script makes of it, in words. */
  readonly script?: string | undefined;
}

/** Partitions an action concerns: all of them, a topic's, or one. */
export type PartitionScope =
  | { readonly all: true }
  | { readonly topic: string; readonly partition?: number | undefined };

/**
 * Where to move a position: `relative` counts from an end of the log, `step` from the position itself, `committed` is
 * where the group would begin now.
 */
export type SeekTarget =
  | Place
  | { readonly kind: "step"; readonly by: bigint }
  | { readonly kind: "committed" };

/** Everything that is seldom changed, as most consumers have it. */
export const usualBehaviour = {
  groupProtocol: "classic",
  pausedBuffer: "retain",
  controlRecords: false,
  fetchSessions: true,
  autoCommit: "off",
  autoCommitIntervalMs: 5_000,
  commitOnRevoke: false,
  blockRebalanceOnPoll: false,
  callbackDelays: { assignedMs: 0, revokedMs: 0, lostMs: 0 },
} as const satisfies Partial<ConsumerOptions>;

/** The start position in the user's words: `committed, else start`. */
export function startPositionText(position: StartPosition): string {
  if (position.kind !== "committed") return placeText(position);
  const otherwise = position.else;
  return `committed, else ${typeof otherwise === "string" ? otherwise : placeText({ kind: "duration", ...otherwise })}`;
}

function placeText(place: Place): string {
  switch (place.kind) {
    case "offset":
      return `offset ${place.offset}`;
    case "timestamp":
      return `timestamp ${new Date(place.timestampMs).toISOString()}`;
    case "duration":
      return `the last ${place.backMs / 1_000} s`;
    case "relative":
      return `${place.to} ${place.by < 0n ? "−" : "+"} ${place.by < 0n ? -place.by : place.by}`;
    case "start":
    case "end":
      return place.kind;
  }
}
