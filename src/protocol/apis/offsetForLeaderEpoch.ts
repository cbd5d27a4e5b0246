// OffsetForLeaderEpoch: v0-4
//
// v1   response gains leaderEpoch (KIP-279)
// v2   currentLeaderEpoch; response gains throttleTimeMs (KIP-320); lowest of Kafka 4
// v3   replicaId (KIP-392)
// v4   flexible encoding (KIP-482)

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  replicaId: since(3, int32, -2),
  topics: arrayOf({
    topic: string,
    partitions: arrayOf({
      partition: int32,
      currentLeaderEpoch: since(2, int32, -1),
      leaderEpoch: int32,
    }),
  }),
});

const response = struct({
  throttleTimeMs: since(2, int32, 0),
  topics: arrayOf({
    topic: string,
    partitions: arrayOf({
      errorCode: int16,
      partition: int32,
      leaderEpoch: since(1, int32, -1),
      endOffset: withDefault(int64, -1n),
    }),
  }),
});

export type OffsetForLeaderEpochRequest = Decoded<typeof request>;
export type OffsetForLeaderEpochResponse = Decoded<typeof response>;

export const offsetForLeaderEpoch: Api<typeof request, typeof response> = {
  key: 23,
  name: "OffsetForLeaderEpoch",
  versions: [0, 4],
  flexibleSince: 4,
  request,
  response,
};
