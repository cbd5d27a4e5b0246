import { type ListOffsetsRequest, listOffsets } from "#protocol/apis/listOffsets.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import type { ReplicaView } from "../cluster/replicaView.ts";
import { visibleEnd } from "../fetch/readPartition.ts";
import type { TimestampHit } from "../log/timestampSearch.ts";
import { distinct } from "./distinct.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { findLog, findTopic } from "./routing.ts";

type WantedTopic = ListOffsetsRequest["topics"][number];
type WantedPartition = WantedTopic["partitions"][number];

/** Timestamps that ask for a place instead of a time. */
const special = {
  latest: -1n,
  earliest: -2n,
  maxTimestamp: -3n,
  earliestLocal: -4n,
  latestTiered: -5n,
  earliestPendingUpload: -6n,
} as const;

/** Where a partition begins and ends, and which record was the first at or after a time. */
export const listOffsetsHandler = defineHandler({
  api: listOffsets,
  versions: [1, 11],
  subject: ({ topics }) => ({
    partitions: topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })),
    ),
  }),
  handle: (request, context) => ({
    topics: request.topics.map((topic) => ({
      name: topic.name,
      partitions: listPartitions(context, topic, request.isolationLevel === 1),
    })),
  }),
  failed: (request, code) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
    })),
  }),
});

/** Who asks twice of one partition is told once that this cannot be. */
function listPartitions(context: RequestContext, topic: WantedTopic, isCommittedOnly: boolean) {
  const seen = new Set<number>();
  const repeated = new Set<number>();
  for (const { partitionIndex } of topic.partitions) {
    (seen.has(partitionIndex) ? repeated : seen).add(partitionIndex);
  }
  return distinct(topic.partitions, ({ partitionIndex }) => String(partitionIndex)).map((wanted) => {
    const { partitionIndex } = wanted;
    return repeated.has(partitionIndex)
      ? { partitionIndex, errorCode: errorCode("INVALID_REQUEST") }
      : listPartition(context, topic, { ...wanted, isCommittedOnly });
  });
}

function listPartition(
  context: RequestContext,
  { name }: WantedTopic,
  wanted: WantedPartition & { readonly isCommittedOnly: boolean },
) {
  const { partitionIndex, currentLeaderEpoch, timestamp } = wanted;
  const refused = (error: KnownErrorName) => ({ partitionIndex, errorCode: errorCode(error) });
  const topic = findTopic(context.broker, { name, topicId: zeroUuid });
  if ("error" in topic) return refused(topic.error);
  const found = findLog(context, topic.topic, { partition: partitionIndex, currentLeaderEpoch });
  if ("error" in found) return refused(found.error);
  if (!isKnownTimestamp(timestamp, context.version)) return refused("UNSUPPORTED_VERSION");
  const hit = findOffset(found, timestamp, wanted.isCommittedOnly);
  if (hit === "notYet")
    return refused(context.version >= 5 ? "OFFSET_NOT_AVAILABLE" : "LEADER_NOT_AVAILABLE");
  return hit ? { partitionIndex, errorCode: 0, ...hit } : { partitionIndex, errorCode: 0 };
}

/** Each special timestamp came with a version of its own. */
function isKnownTimestamp(timestamp: bigint, version: number): boolean {
  if (timestamp >= special.earliest) return true;
  if (timestamp === special.maxTimestamp) return version >= 7;
  if (timestamp === special.earliestLocal) return version >= 8;
  if (timestamp === special.latestTiered) return version >= 9;
  return timestamp === special.earliestPendingUpload && version >= 11;
}

/**
 * Undefined when nothing is there: the answer then says offset -1. A leader whose high watermark has not reached its own
 * epoch yet does not know what is committed, and says so (KIP-207).
 */
function findOffset(
  replica: ReplicaView,
  timestamp: bigint,
  isCommittedOnly: boolean,
): TimestampHit | "notYet" | undefined {
  const { log, leaderEpoch } = replica;
  const end = visibleEnd(replica, isCommittedOnly);
  const isLagging = replica.highWatermark < log.currentEpochStart;
  const readable = (hit: TimestampHit | undefined) => {
    if (hit && hit.offset < end) return hit;
    return isLagging ? "notYet" : undefined;
  };
  switch (timestamp) {
    case special.latest:
      return isLagging ? "notYet" : { offset: end, timestamp: -1n, leaderEpoch };
    case special.earliest:
    case special.earliestLocal: {
      const offset = replica.logStartOffset;
      return { offset, timestamp: -1n, leaderEpoch: log.epochAt(offset) };
    }
    case special.maxTimestamp:
      return readable(log.findNewest());
    case special.latestTiered:
    case special.earliestPendingUpload:
      // Nothing is tiered here.
      return undefined;
    default:
      return readable(log.findByTimestamp(timestamp));
  }
}
