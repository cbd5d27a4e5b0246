import type { BatchDamage } from "#protocol/records/batchDamage.ts";
import type { BatchRejected } from "#trace/observations/fetch.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import type { BatchRetry } from "./batchRetries.ts";

/** A batch that cannot be decoded, as everybody is told about it. */
export interface Damage {
  readonly damage: BatchDamage;
  readonly bytes: Uint8Array;
  /** Of the raw bytes in the worker's store. */
  readonly bytesId: string | undefined;
}

/** Where reading may go on behind a damaged batch; undefined when that would be a guess. */
export function nextSafeOffset(partition: AssignedPartition, damage: BatchDamage): bigint | undefined {
  const { fetchPosition = 0n, ends } = partition;
  const { nextOffset } = damage;
  if (nextOffset === undefined || nextOffset <= fetchPosition) return undefined;
  return ends.highWatermark !== undefined && nextOffset > ends.highWatermark ? undefined : nextOffset;
}

export function batchRejected(
  partition: AssignedPartition,
  { damage, bytes, bytesId }: Damage,
  context: {
    readonly sessionId: string;
    readonly action: BatchRejected["action"];
    readonly retry: BatchRetry | undefined;
  },
): BatchRejected {
  const { sessionId, action, retry } = context;
  const { topic, partition: index, fetchPosition = 0n } = partition;
  const { header } = damage;
  return {
    type: "fetch.batchRejected",
    sessionId,
    action,
    attempt: retry?.attempt,
    attempts: retry?.attempts,
    readFrom: partition.readReplicaId ?? partition.leaderId,
    topic,
    partition: index,
    cause: damage.cause,
    message: damage.message,
    baseOffset: damage.baseOffset ?? fetchPosition,
    lastOffset: damage.lastOffset,
    nextSafeOffset: nextSafeOffset(partition, damage),
    boundsTrusted: damage.boundsTrusted,
    boundsReason: damage.boundsReason,
    recordCount: header?.recordCount,
    sizeInBytes: bytes.byteLength,
    compression: header?.compression,
    leaderEpoch: header?.partitionLeaderEpoch,
    crcStored: damage.crcStored,
    crcComputed: damage.crcComputed,
    bytesId,
  };
}
