import type { TopicPartition } from "#base/topicPartition.ts";

/**
 * One assigned partition of one of our sessions. Exactly one of loading, fetching, errored; paused is an independent
 * flag, and at-end is derived (`position` equals the end that the isolation level sees).
 */
export interface PositionState extends TopicPartition {
  readonly type: "position.state";
  readonly sessionId: string;
  readonly state: "loading" | "fetching" | "errored";
  readonly paused: boolean;
  /** Next offset poll delivers (Java's `position()`). */
  readonly position?: bigint | undefined;
  /** Next offset to fetch. */
  readonly fetchPosition?: bigint | undefined;
  readonly committedOffset?: bigint | undefined;
  readonly highWatermark?: bigint | undefined;
  readonly lastStableOffset?: bigint | undefined;
  readonly logStartOffset?: bigint | undefined;
  readonly leaderId?: number | undefined;
  readonly leaderEpoch?: number | undefined;
  /** The replica it is read from, when that is not the leader (KIP-392). */
  readonly readReplicaId?: number | undefined;
  /** Highwatermark at the moment of the pause: what arrived since is the difference. */
  readonly highWatermarkAtPause?: bigint | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

/** The session no longer has the partition. */
export interface PositionRemoved extends TopicPartition {
  readonly type: "position.removed";
  readonly sessionId: string;
  readonly reason: "revoked" | "lost" | "closed" | "unsubscribed";
}

export type PositionObservation = PositionState | PositionRemoved;
