import type { TopicPartition } from "#base/topicPartition.ts";
import type { PositionState } from "#trace/observations/position.ts";

/** Why a position has to be found anew although there was one. */
export type ResetCause = "outOfRange" | "noCommittedOffset" | "truncation" | "topicRecreated";

/** Where a position is to be found. */
export type PositionSource =
  | {
      readonly kind: "committed";
      /** Where this consumer stood when it gave the partition up, if nobody else can have read it since. */
      readonly remembered: bigint | undefined;
      /** Where to begin when nothing is committed; undefined: nowhere, the user has to say. */
      readonly else: PositionSource | undefined;
    }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "offset"; readonly offset: bigint }
  | { readonly kind: "timestamp"; readonly timestampMs: number }
  | {
      readonly kind: "reset";
      readonly policy: "start" | "end" | "nearest";
      readonly cause: ResetCause;
      readonly from: bigint | undefined;
    };

/** Why a partition delivers nothing, for people, with Kafka's error name or ours as `code`. */
export interface PartitionError {
  readonly code: string;
  readonly message: string;
}

/** A batch that cannot be decoded and stands in the way. */
export interface HaltedBatch {
  readonly baseOffset: bigint;
  /** Where reading can go on; undefined when nothing credible says so. */
  readonly nextSafeOffset: bigint | undefined;
}

/**
 * What a partition does.
 *
 *                    found                        moved leader, no answer: tried again by itself
 *     loading ──────────────▶ fetching ◀────────────────────────────────┐
 *        │  ▲                  │     ▲                                  │
 *        │  │ reset            │     └── seek, retry, skip ── errored ──┘
 *        │  └──────────────────┘                               ▲ ▲
 *        └──────────── no committed offset, refused ───────────┘ │
 *                              └──── corrupt batch, refused ─────┘
 *
 * Exactly one of the three at any time; paused is an independent flag, and being at the end is derived.
 */
export type PartitionProgress =
  | { readonly state: "loading"; readonly source: PositionSource }
  | { readonly state: "fetching" }
  | {
      readonly state: "errored";
      readonly error: PartitionError;
      /** What is tried again by itself; undefined when only the user can help. */
      readonly retry: "loading" | "fetching" | undefined;
      readonly source?: PositionSource | undefined;
      readonly halted?: HaltedBatch | undefined;
    };

/** Ends of a partition's log as the last answer told them. */
export interface LogEnds {
  readonly highWatermark?: bigint | undefined;
  readonly lastStableOffset?: bigint | undefined;
  readonly logStartOffset?: bigint | undefined;
}

/**
 * A partition while this consumer has it: where it stands and what it does. When it is revoked the object is done for;
 * an answer that was asked for in an earlier `version`, or for an object no longer in the table, is dropped.
 */
export class AssignedPartition implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** The generation it was assigned in; undefined without a group. */
  readonly assignedIn: number | undefined;
  /** Grows whenever the cursor is moved on purpose: what was under way before is then out of date. */
  version = 0;
  progress: PartitionProgress;
  paused: boolean;
  highWatermarkAtPause: bigint | undefined;
  /** Next offset poll delivers. */
  position: bigint | undefined;
  /** Next offset to fetch. */
  fetchPosition: bigint | undefined;
  /** Everything before it was returned by a poll before the last one, so it counts as processed. */
  processed: bigint | undefined;
  committedOffset: bigint | undefined;
  /** Of the last delivered record's batch. */
  deliveredEpoch: number | undefined;
  /** A batch that could not be decoded and is being asked for again. */
  retried: HaltedBatch | undefined;
  ends: LogEnds = {};
  /** When a fetch last asked for it. */
  lastAskedAt: number | undefined;
  leaderId: number | undefined;
  leaderEpoch: number | undefined;

  constructor(
    key: TopicPartition,
    options: {
      readonly assignedIn: number | undefined;
      readonly progress: PartitionProgress;
      readonly paused: boolean;
    },
  ) {
    this.topic = key.topic;
    this.partition = key.partition;
    this.assignedIn = options.assignedIn;
    this.progress = options.progress;
    this.paused = options.paused;
  }

  get halted(): HaltedBatch | undefined {
    return this.progress.state === "errored" ? this.progress.halted : undefined;
  }

  /** A rejected batch that nothing has been heard of since: it stands in the way, or is being asked for again. */
  get unresolved(): HaltedBatch | undefined {
    return this.halted ?? this.retried;
  }

  /** Both cursors to `offset`; what was buffered or under way no longer counts. */
  moveTo(offset: bigint): void {
    this.version++;
    this.position = offset;
    this.fetchPosition = offset;
    this.processed = offset;
    this.retried = undefined;
    this.progress = { state: "fetching" };
  }

  /** Looks its position up anew. */
  reload(source: PositionSource): void {
    this.version++;
    this.progress = { state: "loading", source };
  }

  fail(
    error: PartitionError,
    options: {
      readonly retry?: "loading" | "fetching";
      readonly source?: PositionSource;
      readonly halted?: HaltedBatch;
    } = {},
  ): void {
    this.progress = {
      state: "errored",
      error,
      retry: options.retry,
      source: options.source,
      halted: options.halted,
    };
  }

  setPaused(paused: boolean): void {
    if (this.paused === paused) return;
    this.paused = paused;
    this.highWatermarkAtPause = paused ? this.ends.highWatermark : undefined;
  }

  observation(sessionId: string): PositionState {
    const { progress } = this;
    return {
      type: "position.state",
      sessionId,
      topic: this.topic,
      partition: this.partition,
      state: progress.state,
      paused: this.paused,
      position: this.position,
      fetchPosition: this.fetchPosition,
      committedOffset: this.committedOffset,
      ...this.ends,
      leaderId: this.leaderId,
      leaderEpoch: this.leaderEpoch,
      highWatermarkAtPause: this.highWatermarkAtPause,
      error: progress.state === "errored" ? progress.error : undefined,
    };
  }
}
