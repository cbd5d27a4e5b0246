// ListOffsets: v0-11
//
// v1   one offset with its timestamp instead of a list (KIP-79); lowest of Kafka 4
// v2   isolationLevel; response gains throttleTimeMs
// v3   a throttled client is answered at once and is to wait by itself (KIP-219)
// v4   currentLeaderEpoch; response gains leaderEpoch (KIP-320)
// v5   may answer OFFSET_NOT_AVAILABLE right after an election (KIP-207)
// v6   flexible encoding (KIP-482)
// v7   timestamp -3: the record with the highest timestamp (KIP-734)
// v8   timestamp -4: the earliest offset on local disk (KIP-405)
// v9   timestamp -5: the latest offset in tiered storage (KIP-1005)
// v10  timeoutMs, for lookups in tiered storage (KIP-1075)
// v11  timestamp -6: the earliest offset not yet uploaded to tiered storage (KIP-1023)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, until } from "../schema/fields.ts";
import { int8, int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  replicaId: int32,
  isolationLevel: since(2, int8, 0),
  topics: arrayOf({
    name: string,
    partitions: arrayOf({
      partitionIndex: int32,
      currentLeaderEpoch: since(4, int32, -1),
      timestamp: int64,
      maxNumOffsets: until(0, int32, 1),
    }),
  }),
  timeoutMs: since(10, int32, 0),
});

const response = struct({
  throttleTimeMs: since(2, int32, 0),
  topics: arrayOf({
    name: string,
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
      oldStyleOffsets: until(0, array(int64), []),
      timestamp: since(1, int64, -1n),
      offset: since(1, int64, -1n),
      leaderEpoch: since(4, int32, -1),
    }),
  }),
});

export type ListOffsetsRequest = Decoded<typeof request>;
export type ListOffsetsResponse = Decoded<typeof response>;

export const listOffsets: Api<typeof request, typeof response> = {
  key: 2,
  name: "ListOffsets",
  versions: [0, 11],
  flexibleSince: 6,
  request,
  response,
};
