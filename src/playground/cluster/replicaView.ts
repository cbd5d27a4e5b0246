import type { PartitionLog } from "../log/partitionLog.ts";
import type { ReplicaLag } from "./leadership.ts";

/** A partition's log as one replica has it. */
export interface ReplicaView {
  readonly log: PartitionLog;
  readonly isLeader: boolean;
  readonly leaderEpoch: number;
  readonly logStartOffset: bigint;
  readonly logEndOffset: bigint;
  readonly highWatermark: bigint;
  readonly lastStableOffset: bigint;
}

/** What a replica has that is so far behind. */
export function replicaView(
  log: PartitionLog,
  role: { readonly isLeader: boolean; readonly leaderEpoch: number; readonly lag: ReplicaLag | undefined },
): ReplicaView {
  const { isLeader, leaderEpoch, lag } = role;
  const logEndOffset = least(log.logEndOffset, lag?.logEndOffset);
  const highWatermark = least(least(log.highWatermark, lag?.highWatermark), logEndOffset);
  const lastStableOffset = least(log.lastStableOffset, highWatermark);
  const ownStart = lag?.logStartOffset ?? 0n;
  const logStartOffset = least(ownStart, log.logStartOffset) === ownStart ? log.logStartOffset : ownStart;
  return { log, isLeader, leaderEpoch, logStartOffset, logEndOffset, highWatermark, lastStableOffset };
}

function least(one: bigint, other: bigint | undefined): bigint {
  return other !== undefined && other < one ? other : one;
}
