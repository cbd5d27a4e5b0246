// OffsetFetch: v0-10
//
// v1   reads what is stored in Kafka, no longer in ZooKeeper; lowest of Kafka 4
// v2   null topics means all; response gains errorCode
// v3   response gains throttleTimeMs
// v4   a throttled client is answered at once and is to wait by itself (KIP-219)
// v5   committedLeaderEpoch (KIP-320)
// v6   flexible encoding (KIP-482)
// v7   requireStable: wait for open transactions (KIP-447)
// v8   several groups in one request (KIP-709)
// v9   memberId and memberEpoch: groups of KIP-848
// v10  topics by id instead of name (KIP-848)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { between, since, until, withDefault } from "../schema/fields.ts";
import { bool, int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: until(7, string, ""),
  topics: until(
    7,
    nullable(
      arrayOf({
        name: string,
        partitionIndexes: array(int32),
      }),
      2,
    ),
    [],
  ),
  groups: since(
    8,
    arrayOf({
      groupId: string,
      memberId: since(9, nullable(string), null),
      memberEpoch: since(9, int32, -1),
      topics: nullable(
        arrayOf({
          name: until(9, string, ""),
          topicId: since(10, uuid),
          partitionIndexes: array(int32),
        }),
      ),
    }),
    [],
  ),
  requireStable: since(7, bool, false),
});

const response = struct({
  throttleTimeMs: since(3, int32, 0),
  topics: until(
    7,
    arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: since(5, int32, -1),
        metadata: nullable(string),
        errorCode: int16,
      }),
    }),
    [],
  ),
  errorCode: between(2, 7, int16, 0),
  groups: since(
    8,
    arrayOf({
      groupId: string,
      topics: arrayOf({
        name: until(9, string, ""),
        topicId: since(10, uuid),
        partitions: arrayOf({
          partitionIndex: int32,
          committedOffset: int64,
          committedLeaderEpoch: withDefault(int32, -1),
          metadata: nullable(string),
          errorCode: int16,
        }),
      }),
      errorCode: withDefault(int16, 0),
    }),
    [],
  ),
});

export type OffsetFetchRequest = Decoded<typeof request>;
export type OffsetFetchResponse = Decoded<typeof response>;

export const offsetFetch: Api<typeof request, typeof response> = {
  key: 9,
  name: "OffsetFetch",
  versions: [0, 10],
  flexibleSince: 6,
  request,
  response,
};
