import type { TopicPartition } from "#base/topicPartition.ts";
import type { ConsumerOptions, SeekTarget as EngineSeekTarget } from "#engine/consumerOptions.ts";
import type { SkipTarget as EngineSkipTarget, SkipWay as EngineSkipWay } from "#engine/position/skipper.ts";
import type { MembershipState, PollMode } from "#trace/observations/session.ts";
import type { RequestShape } from "./channelContract.ts";

export type { MembershipState, PollMode };

/** Up to where a skip goes. */
export type SkipTarget = EngineSkipTarget;

/** How a skip gets there. */
export type SkipWay = EngineSkipWay;

/** Where reading begins. */
export type StartPosition = ConsumerOptions["startPosition"];

/** Where a seek goes. */
export type SeekTarget = EngineSeekTarget;

/** What is seldom changed, and set to what fits most consumers: every option that `SessionChoice` does not name. */
export type AdvancedOptions = Omit<
  ConsumerOptions,
  | "sessionId"
  | "name"
  | "clientId"
  | "groupId"
  | "groupInstanceId"
  | "topics"
  | "directPartitions"
  | "assignors"
  | "startPosition"
  | "isolation"
  | "scripted"
  | "script"
>;

/** A debug consumer as the user chose it. */
export interface SessionChoice {
  readonly clusterId: string;
  readonly topics: readonly string[];
  /** Undefined reads without a group. */
  readonly groupId?: string | undefined;
  readonly groupInstanceId?: string | undefined;
  /** Without a group: these partitions only; undefined means all of the topics. */
  readonly partitions?: readonly TopicPartition[] | undefined;
  readonly assignors: readonly string[];
  readonly startPosition: StartPosition;
  readonly isolation: "read_uncommitted" | "read_committed";
  readonly pollMode: PollMode;
  /** What the user changed of it. */
  readonly advanced?: Partial<AdvancedOptions> | undefined;
}

/** Which partitions of a session an action concerns. */
export type SessionScope =
  | { readonly all: true }
  | { readonly topic: string }
  | { readonly topic: string; readonly partition: number };

export interface SessionSummary {
  readonly sessionId: string;
  readonly clusterId: string;
  readonly name: string;
  readonly clientId: string | undefined;
  readonly groupId: string | undefined;
  readonly topics: readonly string[];
  readonly membership: MembershipState;
  readonly pollMode: PollMode;
  readonly scripted: boolean;
  /** Undefined while it runs. */
  readonly endedBecause: string | undefined;
}

export interface SessionPartitionSummary extends TopicPartition {
  readonly paused: boolean;
  readonly position: bigint | undefined;
  readonly committedOffset: bigint | undefined;
  readonly highWatermark: bigint | undefined;
  /** A corrupt batch stands in the way. */
  readonly halted: boolean;
}

/** What skipping would do, before it does it. */
export interface SkipPreview extends TopicPartition {
  /** Undefined when the position was not known yet. */
  readonly from: bigint | undefined;
  readonly to: bigint;
  /** At most so many: offsets may have gaps. */
  readonly records: bigint | undefined;
  /** Of those, already fetched. */
  readonly bufferedRecords: number;
  readonly bufferedBytes: number;
  /** Of all that would be left out, where it is all here. */
  readonly bytes: number | undefined;
}

/** How far a skip that takes time has come with one partition. */
export interface SkipStep extends TopicPartition {
  readonly position: bigint | undefined;
  readonly to: bigint;
  /** Consumed and dropped so far. */
  readonly records: number;
}

/** One partition after a skip. */
export interface SkippedPartition extends TopicPartition {
  readonly from: bigint | undefined;
  readonly to: bigint;
  /** Consumed and dropped, where they were counted. */
  readonly records?: number | undefined;
}

/** An offset to commit, as the user gave it. */
export interface OffsetToCommit extends TopicPartition {
  readonly offset: bigint;
  /** Stored with it, for people. */
  readonly metadata?: string | undefined;
}

/** A commit as it ended for the caller. */
export interface CommitReport {
  readonly outcome: "committed" | "failed" | "cancelled" | "deadlinePassed" | "released";
  /** In words: what happened, why, what to do. */
  readonly message: string;
}

/** A commit that has not settled. */
export interface WaitingCommit {
  readonly commitId: string;
  readonly sessionId: string;
  readonly sessionName: string;
  readonly waitedMs: number;
  /** Its partitions, for people. */
  readonly partitions: string;
  /** What keeps it from being answered, and who: `the group rebalances; worker-2 has not rejoined`. */
  readonly waitsFor: string;
}

interface Named {
  readonly sessionId: string;
}

export interface SessionRequests {
  readonly "session.start": RequestShape<
    SessionChoice,
    { readonly sessionId: string; readonly name: string }
  >;
  /** What `advanced` is when nothing is changed. */
  readonly "session.defaults": RequestShape<{ readonly clusterId: string }, AdvancedOptions>;
  /** Why a debug consumer cannot be started like this, in words; undefined when it can. */
  readonly "session.problem": RequestShape<SessionChoice, { readonly problem: string | undefined }>;
  readonly "session.list": RequestShape<Record<string, never>, readonly SessionSummary[]>;
  readonly "session.partitions": RequestShape<Named, readonly SessionPartitionSummary[]>;
  /** Delivers up to `maxRecords` once; in hold mode too, and the mode becomes step. */
  readonly "session.poll": RequestShape<
    Named & { readonly maxRecords: number },
    { readonly records: number }
  >;
  readonly "session.pollMode": RequestShape<Named & { readonly pollMode: PollMode }, void>;
  readonly "session.pause": RequestShape<Named & { readonly scope: SessionScope }, void>;
  readonly "session.resume": RequestShape<Named & { readonly scope: SessionScope }, void>;
  readonly "session.seek": RequestShape<
    Named & { readonly partitions: readonly TopicPartition[]; readonly target: SeekTarget },
    readonly (TopicPartition & { readonly from: bigint | undefined; readonly to: bigint })[]
  >;
  readonly "session.previewSkip": RequestShape<
    Named & { readonly partitions: readonly TopicPartition[]; readonly to: SkipTarget },
    readonly SkipPreview[]
  >;
  /** `rejoin` commits in any case: it is how the group learns where to go on. Ends early when cancelled. */
  readonly "session.skip": RequestShape<
    Named & {
      readonly partitions: readonly TopicPartition[];
      readonly to: SkipTarget;
      readonly how: SkipWay;
      readonly commit: boolean;
      readonly deadlineMs: number;
    },
    { readonly skipped: readonly SkippedPartition[]; readonly commit: CommitReport | undefined },
    SkipStep
  >;
  /** Every position, or exactly these offsets. */
  readonly "session.commit": RequestShape<
    Named & { readonly deadlineMs: number; readonly offsets?: readonly OffsetToCommit[] | undefined },
    CommitReport
  >;
  /** The records of all polls so far are dealt with. */
  readonly "session.allowRebalance": RequestShape<
    Named,
    { readonly wasHeld: boolean; readonly waited: "rebalance" | "callback" | "nothing" }
  >;
  /** Has the group rebalance. */
  readonly "session.rejoin": RequestShape<Named, void>;
  readonly "session.waitingCommits": RequestShape<
    { readonly sessionId?: string | undefined },
    readonly WaitingCommit[]
  >;
  readonly "session.releaseCommit": RequestShape<
    Named & { readonly commitId: string },
    { readonly released: boolean }
  >;
  readonly "session.retryBatch": RequestShape<Named & TopicPartition, void>;
  readonly "session.skipBatch": RequestShape<Named & TopicPartition, void>;
  /**
   * Ends within its deadline and says what could not be done; leaves the group as Kafka's clients do unless told
   * otherwise. `commit`: everything that was delivered is committed first.
   */
  readonly "session.stop": RequestShape<
    Named & { readonly leaveGroup?: boolean | undefined; readonly commit?: boolean | undefined },
    { readonly couldNot: readonly string[] }
  >;
  /** Takes an ended session off the list. */
  readonly "session.dismiss": RequestShape<Named, void>;
}
