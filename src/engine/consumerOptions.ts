import type { TopicPartition } from "#base/topicPartition.ts";

/** Where a partition is first read. `committed` needs a group; `else` says what holds without a committed offset. */
export type StartPosition =
  | { readonly kind: "committed"; readonly else: "start" | "end" | "none" }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "offset"; readonly offset: bigint }
  | { readonly kind: "timestamp"; readonly timestampMs: number };

export type IsolationLevel = "read_uncommitted" | "read_committed";

/** What happens when the log no longer has the position: `nearest` is the end of the log that is closer. */
export type ResetPolicy = "none" | "start" | "end" | "nearest";

/** What happens to a batch that cannot be decoded: its partition stops, or reading goes on behind it. */
export type CorruptBatchPolicy = "halt" | "skip";

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
  readonly topics: readonly string[];
  /** Exactly these, without joining the group; commits are still possible when a group is named. */
  readonly directPartitions?: readonly TopicPartition[] | undefined;
  /** Names in order of preference. */
  readonly assignors: readonly string[];
  readonly startPosition: StartPosition;
  readonly resetPolicy: ResetPolicy;
  readonly isolation: IsolationLevel;
  readonly corruptBatchPolicy: CorruptBatchPolicy;
  readonly maxBufferedRecords: number;
  readonly maxBufferedBytes: number;
  /** `afterPoll` commits what earlier polls returned, at a later poll, once the interval has passed. */
  readonly autoCommit: "off" | "afterPoll";
  readonly autoCommitIntervalMs: number;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly fetch: FetchLimits;
  /** A scripted member of the playground: shown in the group, not among the debug consumers. */
  readonly scripted: boolean;
}

/** Partitions an action concerns: all of them, a topic's, or one. */
export type PartitionScope =
  | { readonly all: true }
  | { readonly topic: string; readonly partition?: number | undefined };

/** Where to move a position. */
export type SeekTarget =
  | { readonly kind: "start" | "end" }
  | { readonly kind: "offset"; readonly offset: bigint }
  | { readonly kind: "timestamp"; readonly timestampMs: number };

/** The start position in the user's words: `committed, else start`. */
export function startPositionText(position: StartPosition): string {
  switch (position.kind) {
    case "committed":
      return `committed, else ${position.else}`;
    case "offset":
      return `offset ${position.offset}`;
    case "timestamp":
      return `timestamp ${new Date(position.timestampMs).toISOString()}`;
    case "start":
    case "end":
      return position.kind;
  }
}
