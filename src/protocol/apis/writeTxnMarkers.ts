// WriteTxnMarkers: v0-2

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { bool, int8, int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  markers: arrayOf({
    producerId: int64,
    producerEpoch: int16,
    transactionResult: bool,
    topics: arrayOf({
      name: string,
      partitionIndexes: array(int32),
    }),
    coordinatorEpoch: int32,
    transactionVersion: since(2, int8, 0),
  }),
});

const response = struct({
  markers: arrayOf({
    producerId: int64,
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  }),
});

export type WriteTxnMarkersRequest = Decoded<typeof request>;
export type WriteTxnMarkersResponse = Decoded<typeof response>;

export const writeTxnMarkers: Api<typeof request, typeof response> = {
  key: 27,
  name: "WriteTxnMarkers",
  versions: [0, 2],
  flexibleSince: 1,
  request,
  response,
};
