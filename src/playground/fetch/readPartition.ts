import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import { noBytes } from "../group/classicGroup.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import type { FetchedPartition, FetchPartition } from "./fetchSession.ts";

/** How much may be read, and what of it. */
export interface ReadLimits {
  readonly maxBytes: number;
  /** One batch is given even when it is larger than that (KIP-74). */
  readonly firstAnyway: boolean;
  /** Nothing beyond the last stable offset. */
  readonly isCommittedOnly: boolean;
}

/** What one partition has for a consumer, or why it has nothing. */
export function readPartition(
  found: { readonly log: PartitionLog } | { readonly error: KnownErrorName },
  wanted: FetchPartition,
  limits: ReadLimits,
): FetchedPartition {
  if ("error" in found) return failed(wanted, found.error);
  const { log } = found;
  const { topic, topicId, partition, fetchOffset } = wanted;
  const known = {
    topic,
    topicId,
    partition,
    errorCode: 0,
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.logStartOffset,
    divergingEpoch: undefined,
  };
  const divergingEpoch = divergence(log, wanted);
  if (divergingEpoch === "unknown") return failed(wanted, "OFFSET_OUT_OF_RANGE");
  if (divergingEpoch) return { ...known, divergingEpoch, records: noBytes };
  const end = limits.isCommittedOnly ? log.lastStableOffset : log.highWatermark;
  const bound = fetchOffset < end ? limits.maxBytes : 0;
  const records = log.read(fetchOffset, bound, limits.firstAnyway && fetchOffset < end);
  return records === undefined ? failed(wanted, "OFFSET_OUT_OF_RANGE") : { ...known, records };
}

/** Where the client's log parts from ours, if it does (KIP-595); an epoch we never had says nothing. */
function divergence(log: PartitionLog, { lastFetchedEpoch, fetchOffset }: FetchPartition) {
  if (lastFetchedEpoch < 0) return undefined;
  const end = log.endOfEpoch(lastFetchedEpoch);
  if (end === undefined) return "unknown";
  const diverges = end.epoch < lastFetchedEpoch || end.endOffset < fetchOffset;
  return diverges ? end : undefined;
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
    records: noBytes,
  };
}
