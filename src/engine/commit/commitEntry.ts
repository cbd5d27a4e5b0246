import { type TopicPartition, TopicPartitionMap, topicPartitionText } from "#base/topicPartition.ts";
import type { ErrorName } from "#protocol/errorCodes.ts";
import type { CommitBlock, CommitOutcome, CommitState } from "#trace/observations/commit.ts";

/** One partition of a commit. */
export interface CommitOffset extends TopicPartition {
  /** The offset the group goes on from. */
  readonly offset: bigint;
  readonly leaderEpoch?: number | undefined;
  /** Of the topic that the offset is a place in: in another one of the same name it means nothing. */
  readonly topicId?: string | undefined;
  /** Stored with the offset, for people. */
  readonly metadata?: string | undefined;
  /** How often the position had been moved on purpose by then; undefined when the partition was not ours. */
  readonly moves?: number | undefined;
  /** What is committed now, where known. */
  readonly from?: bigint | undefined;
  /** The generation in which this member owned the partition when it asked; none when it reads without a group. */
  readonly ownedIn: number | undefined;
}

/** A partition's answer: no error means committed. */
export interface CommittedPartition extends TopicPartition {
  readonly error?: ErrorName | CommitRefusal | undefined;
}

/** Why a partition was not committed although no broker refused it. */
export type CommitRefusal =
  /** It is not this consumer's, or somebody else had it since. */
  | "NOT_ASSIGNED"
  /** The topic was deleted, and another one has its name: the offset would be a place in that one. */
  | "TOPIC_RECREATED"
  /** More is committed already. */
  | "OVERTAKEN"
  /** The coordinator's answer leaves it out. */
  | "NOT_ANSWERED";

/** What a waiter learns about its commit, whatever happened to it. */
export interface CommitResult {
  readonly commitId: string;
  readonly outcome: CommitOutcome;
  /** Kafka's error name or a short cause; none when it was committed. */
  readonly error?: string | undefined;
  /** In words: what happened, to what, and what to do. */
  readonly message?: string | undefined;
  readonly offsets: readonly (CommittedPartition & { readonly offset: bigint })[];
}

/** A commit that was never asked for: why, in words. */
export function refusedCommit(error: string, message: string): CommitResult {
  return { commitId: "", outcome: "failed", error, message, offsets: [] };
}

export const commitWithoutGroup = refusedCommit(
  "NO_GROUP",
  "this consumer reads without a group: there is nowhere to commit to",
);

export type CommitTrigger = "user" | "auto" | "revoke" | "close";

/**
 * Where a commit stands.
 *
 *     queued ──▶ blocked(by what) ──▶ inFlight ──▶ settled
 *        │             ▲    │             │ │          ▲
 *        └─────────────┼────┼─────────────┼─┴──────────┤ its waiter is let go: deadline, signal, release
 *                      │    └─────────────┼────────────┘
 *                      └──────────────────┘ sent again: moved coordinator, group in a rebalance
 *
 * A request that was on the wire when its waiter was let go stays there; `lateAnswer` then says how it ended.
 */
export type CommitPhase =
  | { readonly state: "queued" }
  | { readonly state: "blocked"; readonly block: CommitBlock }
  | { readonly state: "inFlight"; readonly sentAt: number; readonly generationId: number }
  | {
      readonly state: "settled";
      readonly outcome: CommitOutcome;
      readonly error?: string | undefined;
      readonly message?: string | undefined;
      readonly sentAt?: number | undefined;
      readonly generationId?: number | undefined;
      readonly lateAnswer?: { readonly at: number; readonly error?: string | undefined } | undefined;
    };

/** A commit with everything an observer may want to know about it. */
export interface CommitEntry {
  readonly commitId: string;
  readonly trigger: CommitTrigger;
  readonly offsets: readonly CommitOffset[];
  readonly answers: readonly CommittedPartition[];
  readonly queuedAt: number;
  readonly deadlineAt: number;
  readonly phase: CommitPhase;
  readonly phaseSince: number;
}

/** The entry in another phase; the time it began is kept when only its detail changes. */
export function withPhase(entry: CommitEntry, phase: CommitPhase, at: number): CommitEntry {
  return { ...entry, phase, phaseSince: entry.phase.state === phase.state ? entry.phaseSince : at };
}

/** Whose commit it is. */
export interface CommitIdentity {
  readonly groupId: string;
  readonly sessionId: string;
  readonly clientId: string;
  readonly memberId: string | undefined;
}

export function commitObservation(entry: CommitEntry, identity: CommitIdentity): CommitState {
  const { phase } = entry;
  const answers = answersByPartition(entry.answers);
  return {
    type: "commit.state",
    commitId: entry.commitId,
    ...identity,
    trigger: entry.trigger,
    state: phase.state,
    offsets: entry.offsets.map(({ topic, partition, offset, from }) => ({
      topic,
      partition,
      from,
      to: offset,
      error: answers.get({ topic, partition })?.error,
    })),
    queuedAt: entry.queuedAt,
    stateSince: entry.phaseSince,
    deadlineAt: entry.deadlineAt,
    ...("sentAt" in phase ? { sentAt: phase.sentAt } : {}),
    ...("generationId" in phase ? { generationId: phase.generationId } : {}),
    ...(phase.state === "blocked" ? { blocked: phase.block } : {}),
    ...(phase.state === "settled"
      ? {
          outcome: phase.outcome,
          error: phase.error,
          message: phase.message,
          lateAnswer: phase.lateAnswer,
        }
      : {}),
  };
}

export function commitResult(entry: CommitEntry): CommitResult {
  const { phase } = entry;
  const answers = answersByPartition(entry.answers);
  const settled = phase.state === "settled" ? phase : undefined;
  return {
    commitId: entry.commitId,
    outcome: settled?.outcome ?? "failed",
    error: settled?.error,
    message: settled?.message,
    offsets: entry.offsets.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset,
      error: answers.get({ topic, partition })?.error,
    })),
  };
}

/** What is known of each partition; of several answers the first counts. */
export function answersByPartition(
  answers: readonly CommittedPartition[],
): TopicPartitionMap<CommittedPartition> {
  const byPartition = new TopicPartitionMap<CommittedPartition>();
  for (const answer of answers) if (!byPartition.has(answer)) byPartition.set(answer, answer);
  return byPartition;
}

/** What a commit waits for, completing "waited … for …". */
function blockText(block: CommitBlock): string {
  switch (block.by) {
    case "joinInFlight":
      return "the group to finish joining (JoinGroup is not answered yet)";
    case "syncInFlight":
      return "its new assignment (SyncGroup is not answered yet)";
    case "notJoined":
      return "this consumer to be a member of the group again";
    case "heartbeatInFlight":
      return "the member's epoch (the coordinator called it stale, and a heartbeat asks for the newest)";
    case "earlierCommit":
      return `an earlier commit (${block.commitId}) to be answered`;
    case "coordinatorUnknown":
      return "the group's coordinator to be found";
    case "coordinatorLoading":
      return "the coordinator to load the group";
    case "gateHeld":
      return "the rebalance, which waits until the records of a poll are released (rebalance gate)";
    case "callbackRunning":
      return "the rebalance, which waits for a rebalance callback";
    case "notPolled":
      return "the next poll: without polls it left the group";
    case "throttled":
      return "the broker's throttling to end";
  }
}

/** What a commit waits for in any phase, and since when, completing "waited … for …". */
export function waitText(phase: CommitPhase, now: number): string {
  const taken = (since: number) => `; that has taken ${((now - since) / 1000).toFixed(1)} s`;
  if (phase.state === "blocked") return blockText(phase.block) + taken(phase.block.since);
  if (phase.state !== "inFlight") return "its turn";
  return `the coordinator to answer OffsetCommit${taken(phase.sentAt)}`;
}

/** The partitions of a commit for people, cut when there are many. */
export function partitionsText(offsets: readonly TopicPartition[]): string {
  const names = offsets.slice(0, 3).map(topicPartitionText).join(", ");
  return offsets.length > 3 ? `${names} and ${offsets.length - 3} more` : names;
}
