import { ByteParts } from "#base/byteParts.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import type { ReplicaView } from "../cluster/replicaView.ts";
import type { EpochEnd } from "../log/epochCache.ts";
import type { ReadLimits } from "../log/logBatches.ts";
import type { FetchedPartition, FetchPartition } from "./fetchSession.ts";

/** How much may be read, and what of it. */
export interface PartitionReadLimits extends Omit<ReadLimits, "endOffset"> {
  /** Nothing beyond the last stable offset. */
  readonly isCommittedOnly: boolean;
  /** Turns the list of aborted transactions round. */
  readonly reversesAborted?: boolean | undefined;
}

/** Where a consumer's partition is read, or why it is not. */
export type LocatedReplica =
  | (ReplicaView & {
      /** It had better read there: nothing is read here (KIP-392). */
      readonly preferredReadReplica?: number | undefined;
    })
  | { readonly error: KnownErrorName };

/** What one partition has for a consumer, or why it has nothing. */
export function readPartition(
  found: LocatedReplica,
  wanted: FetchPartition,
  limits: PartitionReadLimits,
): FetchedPartition {
  if ("error" in found) return failed(wanted, found.error);
  const { topic, topicId, partition, fetchOffset } = wanted;
  const { log, highWatermark, lastStableOffset, logStartOffset, preferredReadReplica } = found;
  const known = {
    topic,
    topicId,
    partition,
    errorCode: 0,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    divergingEpoch: undefined,
    preferredReadReplica,
    abortedTransactions: [],
    records: ByteParts.none,
  };
  if (preferredReadReplica !== undefined) return known;
  const place = placeIn(found, wanted);
  if (place === "outOfRange") return failed(wanted, "OFFSET_OUT_OF_RANGE");
  if (place !== "inRange") return { ...known, divergingEpoch: place };
  const endOffset = visibleEnd(found, limits.isCommittedOnly);
  const read = log.read(fetchOffset, { ...limits, endOffset });
  if (read === undefined) return failed(wanted, "OFFSET_OUT_OF_RANGE");
  const { records, nextOffset } = read;
  if (!limits.isCommittedOnly) return { ...known, records };
  const aborted = log.producers.transactions.abortedBetween(fetchOffset, nextOffset);
  return { ...known, records, abortedTransactions: limits.reversesAborted ? aborted.toReversed() : aborted };
}

/** Where a consumer's view of the log ends. */
export function visibleEnd(replica: ReplicaView, isCommittedOnly: boolean): bigint {
  return isCommittedOnly ? replica.lastStableOffset : replica.highWatermark;
}

/**
 * Whether a consumer's offset is in this replica's log, or where the log it read parts from this one, if it does
 * (KIP-595). An epoch that this log never had says nothing.
 */
export function placeIn(
  { log, logStartOffset, logEndOffset }: ReplicaView,
  { fetchOffset, lastFetchedEpoch }: FetchPartition,
): "inRange" | "outOfRange" | EpochEnd {
  if (fetchOffset < logStartOffset) return "outOfRange";
  if (lastFetchedEpoch >= 0) {
    const end = log.endOfEpoch(lastFetchedEpoch);
    if (end === undefined) return "outOfRange";
    if (end.epoch < lastFetchedEpoch || end.endOffset < fetchOffset) return end;
  }
  return fetchOffset > logEndOffset ? "outOfRange" : "inRange";
}

function failed({ topic, topicId, partition }: FetchPartition, error: KnownErrorName): FetchedPartition {
  return {
    topic,
    topicId,
    partition,
    errorCode: errorCode(error),
    highWatermark: -1n,
    lastStableOffset: -1n,
    logStartOffset: -1n,
    divergingEpoch: undefined,
    preferredReadReplica: undefined,
    abortedTransactions: [],
    records: ByteParts.none,
  };
}
