import type { TopicPartition } from "#base/topicPartition.ts";

/** Why batches left the buffer; every exit has one. */
export type BufferReleaseReason =
  | "polled"
  | "revoked"
  | "lost"
  | "seeked"
  | "closed"
  | "rejected"
  | "purged"
  /** Paused, and the session does not keep what a paused partition has: it is fetched again. */
  | "discarded";

/** What is buffered of one partition now: sums over the buffer itself (I5). */
export interface BufferState extends TopicPartition {
  readonly type: "buffer.state";
  readonly sessionId: string;
  readonly records: number;
  /** Memory they take: a compressed batch counts as it came until it is opened. */
  readonly bytes: number;
  readonly batches: number;
  /** `records` while the partition is paused, else 0. */
  readonly pausedRecords: number;
  readonly pausedBytes: number;
  /** The release that led here, if one did. */
  readonly released?:
    | { readonly reason: BufferReleaseReason; readonly records: number; readonly bytes: number }
    | undefined;
}

export type BufferObservation = BufferState;
