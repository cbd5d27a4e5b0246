import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import type { ReplicaView } from "../cluster/replicaView.ts";
import { noBytes } from "../group/classicGroup.ts";
import type { EpochEnd } from "../log/epochCache.ts";
import type { FetchedPartition, FetchPartition } from "./fetchSession.ts";

/** How much may be read, and what of it. */
export interface ReadLimits {
  readonly maxBytes: number;
  /** One batch is given even when it is larger than that (KIP-74). */
  readonly firstAnyway: boolean;
  /** Nothing beyond the last stable offset. */
  readonly isCommittedOnly: boolean;
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
  limits: ReadLimits,
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
    records: noBytes,
  };
  if (preferredReadReplica !== undefined) return known;
  const place = placeIn(found, wanted);
  if (place === "outOfRange") return failed(wanted, "OFFSET_OUT_OF_RANGE");
  if (place !== "inRange") return { ...known, divergingEpoch: place };
  const end = limits.isCommittedOnly ? lastStableOffset : highWatermark;
  const bound = fetchOffset < end ? limits.maxBytes : 0;
  const records = log.read(fetchOffset, bound, limits.firstAnyway && fetchOffset < end);
  return records === undefined ? failed(wanted, "OFFSET_OUT_OF_RANGE") : { ...known, records };
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
    records: noBytes,
  };
}
