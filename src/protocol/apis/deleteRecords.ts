// DeleteRecords: v0-2
//
// v1   a throttled client is answered at once and is to wait by itself (KIP-219)
// v2   flexible encoding (KIP-482)

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  topics: arrayOf({
    name: string,
    partitions: arrayOf({
      partitionIndex: int32,
      offset: int64,
    }),
  }),
  timeoutMs: int32,
});

const response = struct({
  throttleTimeMs: int32,
  topics: arrayOf({
    name: string,
    partitions: arrayOf({
      partitionIndex: int32,
      lowWatermark: int64,
      errorCode: int16,
    }),
  }),
});

export type DeleteRecordsRequest = Decoded<typeof request>;
export type DeleteRecordsResponse = Decoded<typeof response>;

export const deleteRecords: Api<typeof request, typeof response> = {
  key: 21,
  name: "DeleteRecords",
  versions: [0, 2],
  flexibleSince: 2,
  request,
  response,
};
