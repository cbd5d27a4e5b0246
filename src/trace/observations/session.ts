import type { TopicPartition } from "#base/topicPartition.ts";

/** How delivery is driven: *hold* fetches, and delivers on request only; *flow* delivers by itself. */
export type PollMode =
  | { readonly mode: "hold" }
  | { readonly mode: "flow"; readonly recordsPerSecond?: number | undefined };

/**
 * Where our own session stands in its group. `direct` reads assigned partitions without a group.
 * Names follow the Java client's `MemberState` where it has one.
 */
export type MembershipState =
  | "direct"
  | "unjoined"
  | "joining"
  | "syncing"
  | "stable"
  | "revoking"
  | "leaving"
  | "fatal"
  | "ended";

/** One option of a start: `heartbeat interval`, `3 s`. */
export interface StartOption {
  readonly name: string;
  readonly text: string;
}

/** A debug consumer was started; carries its whole configuration as chosen. */
export interface SessionStarted {
  readonly type: "session.started";
  readonly sessionId: string;
  /** Short name shown to people: `A`, `B`, … or a scripted member's name. */
  readonly name: string;
  readonly clientId: string;
  readonly groupId?: string | undefined;
  readonly groupInstanceId?: string | undefined;
  readonly topics: readonly string[];
  /** Topics whose names match are subscribed to as well. */
  readonly topicPattern?: string | undefined;
  readonly directPartitions?: readonly TopicPartition[] | undefined;
  readonly assignors: readonly string[];
  readonly isolation: "read_uncommitted" | "read_committed";
  /** In the user's words: `committed, else start`. */
  readonly startPosition: string;
  readonly corruptBatchPolicy: "halt" | "skip" | "retry";
  /** What becomes of fetched records of a paused partition; traces of before it was told do not say. */
  readonly pausedBuffer?: "retain" | "discard" | undefined;
  readonly maxBufferedRecords: number;
  readonly maxBufferedBytes: number;
  /** Everything else it was started with, in the user's words, in the order of the form. */
  readonly options?: readonly StartOption[] | undefined;
  /** True for a scripted member of the playground: shown in the group, not among the debug consumers. */
  readonly scripted: boolean;
  /** What its script makes of a scripted member, in words: `works, then hangs while its heartbeats go on`. */
  readonly script?: string | undefined;
}

/** Membership changed, or anything of its detail. */
export interface SessionState {
  readonly type: "session.state";
  readonly sessionId: string;
  readonly membership: MembershipState;
  /** Since when `membership` holds. */
  readonly since: number;
  readonly memberId?: string | undefined;
  /** Classic groups. */
  readonly generationId?: number | undefined;
  /** Consumer groups (KIP-848). */
  readonly memberEpoch?: number | undefined;
  /** The protocol that is spoken now. */
  readonly groupProtocol?: "classic" | "consumer" | undefined;
  /** Why it is not the protocol that was chosen, in words. */
  readonly fallbackReason?: string | undefined;
  readonly assignor?: string | undefined;
  readonly coordinator?: string | undefined;
  /** Why it is there, in words, with Kafka's error name where one was the cause. */
  readonly reason?: string | undefined;
  /** Kafka's error name where nothing this member can do will help. */
  readonly error?: string | undefined;
  /** Since when polls are missing for longer than max.poll.interval.ms: it is out of the group until the next one. */
  readonly notPolledSince?: number | undefined;
}

/** A rebalance callback of the application that may not run while the records of a poll are being processed. */
export interface WaitingCallback {
  readonly since: number;
  readonly callback: SessionCallback["callback"];
  readonly partitions: readonly TopicPartition[];
}

/**
 * The rebalance gate (`blockRebalanceOnPoll`) of a session changed: it is held while the records of a poll are being
 * processed, and a rebalance and the application's callbacks wait until it is released.
 */
export interface SessionGate {
  readonly type: "session.gate";
  readonly sessionId: string;
  readonly held: boolean;
  /** When the first poll since the last release returned records. */
  readonly heldSince?: number | undefined;
  /** Records in the processor's hands. */
  readonly records?: number | undefined;
  /** Since when a rebalance waits for the release; none when nothing waits. */
  readonly waitingSince?: number | undefined;
  /** Why there is a rebalance, in words. */
  readonly reason?: string | undefined;
  /** The callback that waits for the release; of several, the one that runs first. */
  readonly callbackWaits?: WaitingCallback | undefined;
  /** When the coordinator said that it gathers the group. */
  readonly announcedAt?: number | undefined;
  /**
   * When the coordinator puts this member out, at the earliest, unless it has joined again: its rebalance timeout later.
   * A classic group waits for the longest that any of its members has.
   */
  readonly evictedAt?: number | undefined;
}

/** A rebalance callback of the application began, or ended. */
export interface SessionCallback {
  readonly type: "session.callback";
  readonly sessionId: string;
  readonly callback: "assigned" | "revoked" | "lost";
  readonly partitions: readonly TopicPartition[];
  readonly startedAt: number;
  /** Not yet, when missing. */
  readonly endedAt?: number | undefined;
  /** What it threw; the member goes on all the same. */
  readonly error?: string | undefined;
}

export interface SessionPollMode {
  readonly type: "session.pollMode";
  readonly sessionId: string;
  readonly pollMode: PollMode;
}

/** Totals since the start, after a poll delivered records. */
export interface SessionDelivered {
  readonly type: "session.delivered";
  readonly sessionId: string;
  readonly records: number;
  readonly bytes: number;
}

export interface SessionEnded {
  readonly type: "session.ended";
  readonly sessionId: string;
  readonly reason: "stopped" | "failed" | "workerDied" | "clusterRemoved";
  readonly message?: string | undefined;
  /** What closing could not do within its deadline, in words. */
  readonly couldNot: readonly string[];
}

export type SessionObservation =
  | SessionStarted
  | SessionState
  | SessionGate
  | SessionCallback
  | SessionPollMode
  | SessionDelivered
  | SessionEnded;
