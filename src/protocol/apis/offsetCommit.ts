// OffsetCommit: v0-10
//
// v2   retentionTimeMs; lowest of Kafka 4
// v3   response gains throttleTimeMs
// v4   a throttled client is answered at once and is to wait by itself (KIP-219)
// v5   retentionTimeMs is gone: the broker decides (KIP-211)
// v6   committedLeaderEpoch (KIP-320)
// v7   groupInstanceId, for static membership (KIP-345)
// v8   flexible encoding (KIP-482)
// v9   generationIdOrMemberEpoch may be an epoch: groups of KIP-848
// v10  topics by id instead of name (KIP-848)

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { between, since, until } from "../schema/fields.ts";
import { int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: string,
  generationIdOrMemberEpoch: since(1, int32, -1),
  memberId: since(1, string, ""),
  groupInstanceId: since(7, nullable(string), null),
  retentionTimeMs: between(2, 4, int64, -1n),
  topics: arrayOf({
    name: until(9, string, ""),
    topicId: since(10, uuid),
    partitions: arrayOf({
      partitionIndex: int32,
      committedOffset: int64,
      committedLeaderEpoch: since(6, int32, -1),
      commitTimestamp: between(1, 1, int64, -1n),
      committedMetadata: nullable(string),
    }),
  }),
});

const response = struct({
  throttleTimeMs: since(3, int32, 0),
  topics: arrayOf({
    name: until(9, string, ""),
    topicId: since(10, uuid),
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
    }),
  }),
});

export type OffsetCommitRequest = Decoded<typeof request>;
export type OffsetCommitResponse = Decoded<typeof response>;

export const offsetCommit: Api<typeof request, typeof response> = {
  key: 8,
  name: "OffsetCommit",
  versions: [0, 10],
  flexibleSince: 8,
  request,
  response,
};
