import type { TopicPartition } from "#base/topicPartition.ts";

/** One Fetch request and its answer, coarse: not per record, not per batch. */
export interface FetchCompleted {
  readonly type: "fetch.completed";
  readonly sessionId: string;
  readonly nodeId: number;
  readonly partitionsAsked: number;
  readonly partitionsAnswered: number;
  readonly bytes: number;
  readonly tookMs: number;
  readonly throttleTimeMs: number;
  readonly fetchSessionId?: number | undefined;
  /** Kafka's error name, or the text of a connection failure. */
  readonly error?: string | undefined;
}

export type BatchDamageCause =
  | "length"
  | "magic"
  | "crc"
  | "codecUnknown"
  | "decompression"
  | "recordCount"
  | "recordLayout"
  | "bomb"
  /** Where it stands among the others cannot be right. */
  | "offsets"
  /** The broker found its own log damaged, and gave no bytes (CORRUPT_MESSAGE). */
  | "reported";

/** A batch could not be decoded. Nothing after it is delivered past it unless the policy, or the user, says skip. */
export interface BatchRejected extends TopicPartition {
  readonly type: "fetch.batchRejected";
  readonly sessionId: string;
  readonly cause: BatchDamageCause;
  /** In words, with the values that disagree. */
  readonly message: string;
  readonly baseOffset: bigint;
  readonly lastOffset?: bigint | undefined;
  /** Where reading can go on; undefined when the header says nothing usable. */
  readonly nextSafeOffset?: bigint | undefined;
  readonly boundsTrusted: boolean;
  /** Why the bounds can, or cannot, be trusted, in words. */
  readonly boundsReason: string;
  readonly recordCount?: number | undefined;
  readonly sizeInBytes?: number | undefined;
  readonly compression?: string | undefined;
  readonly leaderEpoch?: number | undefined;
  readonly crcStored?: number | undefined;
  readonly crcComputed?: number | undefined;
  /** Of the raw bytes in the worker's store. */
  readonly bytesId?: string | undefined;
  readonly action: "halted" | "skipped" | "retrying";
  /** `retrying`: which of `attempts` comes next, from 1. */
  readonly attempt?: number | undefined;
  readonly attempts?: number | undefined;
  /** The broker that gave these bytes. */
  readonly readFrom?: number | undefined;
}

/** A rejected batch is no longer in the way. */
export interface BatchResolved extends TopicPartition {
  readonly type: "fetch.batchResolved";
  readonly sessionId: string;
  readonly baseOffset: bigint;
  readonly how: "skipped" | "readable" | "seeked" | "revoked" | "closed";
}

/** Offsets that will not be delivered, on purpose: never silent. */
export interface GapRecorded extends TopicPartition {
  readonly type: "fetch.gap";
  readonly sessionId: string;
  readonly reason: "corruptBatch" | "userSkip";
  /** Undefined: the position was not known yet. */
  readonly fromOffset?: bigint | undefined;
  /** The first offset that is read again. */
  readonly toOffset: bigint;
}

/** The position was moved because the log no longer had it, or nothing was committed. */
export interface PositionReset extends TopicPartition {
  readonly type: "fetch.positionReset";
  readonly sessionId: string;
  readonly cause: "outOfRange" | "noCommittedOffset" | "truncation" | "topicRecreated";
  readonly policy: string;
  readonly fromOffset?: bigint | undefined;
  readonly toOffset: bigint;
  /** How many offsets no longer exist of those that were to be read, or were; undefined when unknown. */
  readonly lostRecords?: bigint | undefined;
  /** Which ones: from here, */
  readonly lostFromOffset?: bigint | undefined;
  /** up to and without this one. */
  readonly lostToOffset?: bigint | undefined;
  /** Of the lost ones: delivered before they were lost. */
  readonly deliveredRecords?: bigint | undefined;
  /** Offsets that exist, were to be read, and are left out because the policy says so. */
  readonly skippedRecords?: bigint | undefined;
}

export type FetchObservation = FetchCompleted | BatchRejected | BatchResolved | GapRecorded | PositionReset;
