import type { TopicPartition } from "#base/topicPartition.ts";
import type { PositionState } from "#trace/observations/position.ts";
import type { PositionSource } from "./positionSource.ts";

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
 *        │  ▲ reset, another   │     ▲                                  │
 *        │  │ leader or topic  │     └── seek, retry, skip ── errored ──┘
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
  /** How often the position was put somewhere on purpose, in this session: what was committed before may lie ahead of it. */
  moves = 0;
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
  /** Where this consumer began to deliver without a jump: it has had everything between here and `position`. */
  deliveredFrom: bigint | undefined;
  /** The leader epoch of what lies directly before `position`; undefined when it was moved there by hand. */
  deliveredEpoch: number | undefined;
  /** The leader epoch of what lies directly before `fetchPosition`; undefined when it was moved there by hand. */
  fetchEpoch: number | undefined;
  /** The leader epoch in which `fetchPosition` was known to be in the log. */
  validatedIn: number | undefined;
  /** Of the topic that the position belongs to: one that is created anew under its name has another. */
  topicId: string | undefined;
  /** Answers in a row that called a position out of range which the log has. */
  strayed = 0;
  /** What lies before it is consumed and dropped, even while paused. */
  discardUntil: bigint | undefined;
  /** A batch that could not be decoded and is being asked for again. */
  retried: HaltedBatch | undefined;
  ends: LogEnds = {};
  /** When a fetch last asked for it. */
  lastAskedAt: number | undefined;
  leaderId: number | undefined;
  leaderEpoch: number | undefined;
  /** The replica it is read from, when that is not the leader. */
  readReplicaId: number | undefined;

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

  /** Is to be fetched: not paused, or on the way through what is to be dropped. */
  get isFlowing(): boolean {
    return !this.paused || this.discardUntil !== undefined;
  }

  /**
   * Both cursors to `offset`; what was buffered or under way no longer counts. `leaderEpoch` is that of the record
   * before it, where something vouches for it.
   */
  moveTo(offset: bigint, leaderEpoch?: number): void {
    this.version++;
    this.moves++;
    this.position = offset;
    this.fetchPosition = offset;
    this.processed = offset;
    this.deliveredFrom = offset;
    this.deliveredEpoch = leaderEpoch;
    this.fetchEpoch = leaderEpoch;
    this.validatedIn = undefined;
    this.retried = undefined;
    this.progress = { state: "fetching" };
  }

  /** Everything before `offset` is read, or is not to be. */
  fetchedTo(offset: bigint, leaderEpoch: number | undefined): void {
    this.fetchPosition = offset;
    this.fetchEpoch = leaderEpoch;
  }

  /** Everything before `offset` was delivered, or is not to be. */
  deliveredTo(offset: bigint, leaderEpoch: number | undefined): void {
    this.position = offset;
    this.deliveredEpoch = leaderEpoch;
  }

  /** Looks its position up anew. */
  reload(source: PositionSource): void {
    this.version++;
    this.retried = this.unresolved;
    this.progress = { state: "loading", source };
  }

  /** Goes on where it stands: what was in doubt is not, or cannot be found out. */
  goOn(options: { readonly validatedIn?: number | undefined } = {}): void {
    this.version++;
    this.validatedIn = options.validatedIn;
    if (options.validatedIn === undefined) this.fetchEpoch = undefined;
    this.progress = { state: "fetching" };
  }

  /** Reads again what was fetched and not delivered; of that, what lies behind `kept` when so much stays. */
  refetch(kept?: { readonly nextOffset: bigint; readonly leaderEpoch: number | undefined }): void {
    this.version++;
    this.fetchPosition = kept ? kept.nextOffset : this.position;
    this.fetchEpoch = kept ? kept.leaderEpoch : this.deliveredEpoch;
    this.validatedIn = undefined;
    this.retried = undefined;
    this.progress = { state: "fetching" };
  }

  /** Nothing that is known of it holds for the topic that has its name now. */
  forgetLog(): void {
    this.position = undefined;
    this.fetchPosition = undefined;
    this.processed = undefined;
    this.deliveredFrom = undefined;
    this.deliveredEpoch = undefined;
    this.fetchEpoch = undefined;
    this.validatedIn = undefined;
    this.committedOffset = undefined;
    this.highWatermarkAtPause = undefined;
    this.retried = this.unresolved;
    this.ends = {};
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
      // A batch that is asked for again does not become readable because something else goes wrong as well.
      halted: options.halted ?? this.halted,
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
      readReplicaId: this.readReplicaId,
      highWatermarkAtPause: this.highWatermarkAtPause,
      error: progress.state === "errored" ? progress.error : undefined,
    };
  }
}
