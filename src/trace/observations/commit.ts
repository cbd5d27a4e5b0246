import type { TopicPartition } from "#base/topicPartition.ts";

/** What keeps a commit from being sent. */
export type CommitBlock =
  | { readonly by: "joinInFlight"; readonly since: number }
  | { readonly by: "syncInFlight"; readonly since: number }
  | { readonly by: "notJoined"; readonly since: number }
  /** The member's epoch was called stale (KIP-848): the next heartbeat brings the right one. */
  | { readonly by: "heartbeatInFlight"; readonly since: number }
  | { readonly by: "earlierCommit"; readonly since: number; readonly commitId: string }
  | { readonly by: "coordinatorUnknown"; readonly since: number }
  /** The coordinator is reading the group's offsets from its log. */
  | { readonly by: "coordinatorLoading"; readonly since: number }
  | { readonly by: "throttled"; readonly since: number; readonly untilAt: number }
  /** The rebalance it has to wait for waits itself: for the records of a poll to be processed (rebalance gate). */
  | { readonly by: "gateHeld"; readonly since: number }
  /** The rebalance it has to wait for waits itself: for a callback of the application. */
  | { readonly by: "callbackRunning"; readonly since: number }
  /** The consumer left the group because it did not poll, and comes back at its next poll. */
  | { readonly by: "notPolled"; readonly since: number };

/** How a commit ended for whoever waited for it. */
export type CommitOutcome = "committed" | "failed" | "cancelled" | "deadlinePassed" | "released";

/**
 * One commit after each change of its state: queued → blocked → inFlight → settled. From the member's vantage it is
 * one call of our engine; from a broker's it is one OffsetCommit request of any client.
 */
export interface CommitState {
  readonly type: "commit.state";
  readonly commitId: string;
  readonly groupId: string;
  readonly sessionId?: string | undefined;
  readonly memberId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly generationId?: number | undefined;
  readonly trigger: "user" | "auto" | "revoke" | "close" | "foreign";
  readonly state: "queued" | "blocked" | "inFlight" | "settled";
  readonly offsets: readonly (TopicPartition & {
    /** The committed offset before, where known. */
    readonly from?: bigint | undefined;
    readonly to: bigint;
    /** Kafka's error name for this partition, once answered. */
    readonly error?: string | undefined;
  })[];
  readonly queuedAt: number;
  readonly stateSince: number;
  readonly sentAt?: number | undefined;
  readonly deadlineAt?: number | undefined;
  readonly blocked?: CommitBlock | undefined;
  readonly outcome?: CommitOutcome | undefined;
  /** Kafka's error name or a short cause. */
  readonly error?: string | undefined;
  /** In words: what happened, to what, why, what to do. */
  readonly message?: string | undefined;
  /** Its waiter was released, and the broker answered afterwards. */
  readonly lateAnswer?: { readonly at: number; readonly error?: string | undefined } | undefined;
  /** Broker vantage: the fault that holds or delays the answer. */
  readonly heldByFaultId?: string | undefined;
}

export type CommitObservation = CommitState;
