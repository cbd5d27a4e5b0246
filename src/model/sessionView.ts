import { compareTopicPartitions, type TopicPartition } from "#base/topicPartition.ts";
import type { BatchRejected } from "#trace/observations/fetch.ts";
import { committedOf, hasNothingCommitted } from "./committedOffsets.ts";
import type { DeepReadonly } from "./deepReadonly.ts";
import { endOf, goneOf, type IsolationLevel, lagOf } from "./lag.ts";
import type { ClusterModel, SessionModel } from "./model.ts";
import { endsOf } from "./partitionEnds.ts";
import type { Seen } from "./seen.ts";
import { newestReset } from "./sessionHolds.ts";

/** One partition of a debug consumer, with everything derived that a row shows. */
export interface SessionPartitionView extends TopicPartition {
  /** `atEnd` is derived; `corrupt` stands before a batch, `retrying` asks for one again; paused is a flag of its own. */
  readonly state: "loading" | "fetching" | "atEnd" | "errored" | "corrupt" | "retrying";
  readonly paused: boolean;
  readonly position: bigint | undefined;
  readonly fetchPosition: bigint | undefined;
  readonly committedOffset: bigint | undefined;
  /** Known to be so; of a consumer in a group only. */
  readonly nothingCommitted: boolean;
  readonly highWatermark: bigint | undefined;
  readonly lastStableOffset: bigint | undefined;
  readonly logStartOffset: bigint | undefined;
  /** Of the group's committed offset; of the position where there is no group. */
  readonly lag: bigint | undefined;
  readonly gone: bigint;
  readonly bufferedRecords: number;
  readonly bufferedBytes: number;
  readonly pausedRecords: number;
  readonly pausedBytes: number;
  /** Records that came to the log since it was paused and are still to be delivered. */
  readonly arrivedSincePause: bigint | undefined;
  readonly leaderId: number | undefined;
  readonly leaderEpoch: number | undefined;
  /** The replica it is read from, when that is not the leader (KIP-392). */
  readonly readReplicaId: number | undefined;
  /** The newest reset of its position. */
  readonly reset: ReturnType<typeof newestReset>;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly corrupt: DeepReadonly<Seen<BatchRejected>> | undefined;
}

/** The partitions of a session, in order. */
export function sessionPartitions(
  cluster: ClusterModel,
  session: SessionModel,
): readonly SessionPartitionView[] {
  return [...session.partitions.keys()]
    .sort(compareTopicPartitions)
    .map((key) => sessionPartition(cluster, session, key));
}

export function sessionPartition(
  cluster: ClusterModel,
  session: SessionModel,
  key: TopicPartition,
): SessionPartitionView {
  const { position, buffer } = session.partitions.get(key) ?? {};
  const isolation: IsolationLevel = session.started?.isolation ?? "read_uncommitted";
  const groupId = session.started?.groupId;
  const group = groupId === undefined ? undefined : cluster.groups.byId.get(groupId);
  const committedOffset = position?.committedOffset ?? committedOf(group?.committed, key)?.committedOffset;
  const ends = {
    logStartOffset: position?.logStartOffset ?? endsOf(cluster, key)?.logStartOffset,
    highWatermark: position?.highWatermark,
    lastStableOffset: position?.lastStableOffset,
  };
  const from = groupId === undefined ? position?.position : committedOffset;
  const corrupt = session.corrupt.get(key);
  return {
    topic: key.topic,
    partition: key.partition,
    state: stateOf(position, endOf(ends, isolation), corrupt?.action),
    paused: position?.paused ?? false,
    position: position?.position,
    fetchPosition: position?.fetchPosition,
    committedOffset,
    nothingCommitted: committedOffset === undefined && hasNothingCommitted(group?.committed, key),
    ...ends,
    lag: lagOf(from, ends, isolation),
    gone: goneOf(from, ends),
    bufferedRecords: buffer?.records ?? 0,
    bufferedBytes: buffer?.bytes ?? 0,
    pausedRecords: buffer?.pausedRecords ?? 0,
    pausedBytes: buffer?.pausedBytes ?? 0,
    arrivedSincePause: arrivedSince(position),
    leaderId: position?.leaderId,
    leaderEpoch: position?.leaderEpoch,
    readReplicaId: position?.readReplicaId,
    reset: newestReset(session, key),
    error: position?.error,
    corrupt,
  };
}

type Position = NonNullable<ReturnType<SessionModel["partitions"]["get"]>>["position"];

function stateOf(
  position: Position,
  end: bigint | undefined,
  corrupt: BatchRejected["action"] | undefined,
): SessionPartitionView["state"] {
  if (corrupt) return corrupt === "retrying" ? "retrying" : "corrupt";
  if (!position || position.state === "loading") return "loading";
  if (position.state === "errored") return "errored";
  return position.position !== undefined && position.position === end ? "atEnd" : "fetching";
}

function arrivedSince(position: Position): bigint | undefined {
  if (!position?.paused || position.highWatermark === undefined) return undefined;
  const { highWatermark, highWatermarkAtPause: before } = position;
  if (before === undefined) return undefined;
  // What was skipped or sought past meanwhile is not to come any more.
  const from = position.position !== undefined && position.position > before ? position.position : before;
  return from > highWatermark ? 0n : highWatermark - from;
}

/** A short name for people: `A`, or the id when nothing better is known. */
export function sessionName(session: SessionModel): string {
  return session.started?.name ?? session.sessionId;
}
