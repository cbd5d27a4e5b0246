// Fetch: v0-18
//
// v1   response gains throttleTimeMs
// v3   maxBytes for the whole response; the order of partitions matters (KIP-74)
// v4   isolationLevel, lastStableOffset, aborted transactions (KIP-98); lowest of Kafka 4
// v5   logStartOffset
// v7   fetch sessions: only what changed is asked and answered (KIP-227)
// v8   a throttled client is answered at once and is to wait by itself (KIP-219)
// v9   currentLeaderEpoch fences stale leaders and stale clients (KIP-320)
// v10  may answer with zstd batches (KIP-110)
// v11  rackId, preferredReadReplica: reading from followers (KIP-392)
// v12  flexible encoding (KIP-482); lastFetchedEpoch and divergingEpoch show truncation (KIP-595)
// v13  topics by id instead of name (KIP-516)
// v14  may answer OFFSET_MOVED_TO_TIERED_STORAGE (KIP-405)
// v15  replicaState replaces replicaId; consumers send neither (KIP-903)
// v16  response says where a new leader is (KIP-951)
// v17  directory ids, for followers (KIP-853)
// v18  highWatermark, for followers (KIP-1166)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { records, string } from "../schema/blobs.ts";
import { since, tagged, until, withDefault } from "../schema/fields.ts";
import { int8, int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  clusterId: tagged(0, 12, nullable(string), null),
  replicaId: until(14, int32, -1),
  replicaState: tagged(
    1,
    15,
    struct({
      replicaId: withDefault(int32, -1),
      replicaEpoch: withDefault(int64, -1n),
    }),
  ),
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: since(3, int32, 2147483647),
  isolationLevel: since(4, int8, 0),
  sessionId: since(7, int32, 0),
  sessionEpoch: since(7, int32, -1),
  topics: arrayOf({
    topic: until(12, string, ""),
    topicId: since(13, uuid),
    partitions: arrayOf({
      partition: int32,
      currentLeaderEpoch: since(9, int32, -1),
      fetchOffset: int64,
      lastFetchedEpoch: since(12, int32, -1),
      logStartOffset: since(5, int64, -1n),
      partitionMaxBytes: int32,
      replicaDirectoryId: tagged(0, 17, uuid),
      highWatermark: tagged(1, 18, int64, 9223372036854775807n),
    }),
  }),
  forgottenTopicsData: since(
    7,
    arrayOf({
      topic: until(12, string, ""),
      topicId: since(13, uuid),
      partitions: array(int32),
    }),
    [],
  ),
  rackId: since(11, string, ""),
});

const response = struct({
  throttleTimeMs: since(1, int32, 0),
  errorCode: since(7, int16, 0),
  sessionId: since(7, int32, 0),
  responses: arrayOf({
    topic: until(12, string, ""),
    topicId: since(13, uuid),
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
      highWatermark: int64,
      lastStableOffset: since(4, int64, -1n),
      logStartOffset: since(5, int64, -1n),
      divergingEpoch: tagged(
        0,
        12,
        struct({
          epoch: withDefault(int32, -1),
          endOffset: withDefault(int64, -1n),
        }),
      ),
      currentLeader: tagged(
        1,
        12,
        struct({
          leaderId: withDefault(int32, -1),
          leaderEpoch: withDefault(int32, -1),
        }),
      ),
      snapshotId: tagged(
        2,
        12,
        struct({
          endOffset: withDefault(int64, -1n),
          epoch: withDefault(int32, -1),
        }),
      ),
      abortedTransactions: since(
        4,
        nullable(
          arrayOf({
            producerId: int64,
            firstOffset: int64,
          }),
        ),
        [],
      ),
      preferredReadReplica: since(11, int32, -1),
      records: nullable(records),
    }),
  }),
  nodeEndpoints: tagged(
    0,
    16,
    arrayOf({
      nodeId: int32,
      host: string,
      port: int32,
      rack: withDefault(nullable(string), null),
    }),
    [],
  ),
});

export type FetchRequest = Decoded<typeof request>;
export type FetchResponse = Decoded<typeof response>;

export const fetch: Api<typeof request, typeof response> = {
  key: 1,
  name: "Fetch",
  versions: [0, 18],
  flexibleSince: 12,
  request,
  response,
};
