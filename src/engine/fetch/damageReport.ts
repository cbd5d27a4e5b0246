import type { BatchDamage } from "#protocol/records/batchDamage.ts";
import type { BatchDamageCause, BatchRejected } from "#trace/observations/fetch.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import type { BatchRetry } from "./batchRetries.ts";

/** What is wrong with a batch, by its bytes or by the broker's own word. */
export type FoundDamage = Omit<BatchDamage, "cause"> & { readonly cause: BatchDamageCause };

/** A batch that cannot be had, as everybody is told about it. */
export interface Damage {
  readonly damage: FoundDamage;
  /** None where the broker gave none. */
  readonly bytes: Uint8Array | undefined;
  /** Of the raw bytes in the worker's store. */
  readonly bytesId: string | undefined;
}

/** The broker that a partition is read from. */
export function readFrom({ readReplicaId, leaderId }: AssignedPartition): number | undefined {
  return readReplicaId ?? leaderId;
}

/** The broker found its own log damaged at the position, and gives nothing to judge the damage by. */
export function reportedDamage({ readReplicaId, leaderId }: AssignedPartition): FoundDamage {
  const who =
    readReplicaId === undefined ? `its leader, node ${leaderId},` : `the replica on node ${readReplicaId}`;
  return {
    cause: "reported",
    message: `${who} found its own log damaged there (CORRUPT_MESSAGE)`,
    boundsTrusted: false,
    boundsReason: "the broker gives no bytes with it, so nothing says where the damage ends",
  };
}

/** Where reading may go on behind a damaged batch; undefined when that would be a guess. */
export function nextSafeOffset(partition: AssignedPartition, damage: FoundDamage): bigint | undefined {
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
    readFrom: readFrom(partition),
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
    sizeInBytes: bytes?.byteLength,
    compression: header?.compression,
    leaderEpoch: header?.partitionLeaderEpoch,
    crcStored: damage.crcStored,
    crcComputed: damage.crcComputed,
    bytesId,
  };
}
