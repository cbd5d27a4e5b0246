// DescribeProducers: v0

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
import { int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  topics: arrayOf({
    name: string,
    partitionIndexes: array(int32),
  }),
});

const response = struct({
  throttleTimeMs: int32,
  topics: arrayOf({
    name: string,
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: withDefault(nullable(string), null),
      activeProducers: arrayOf({
        producerId: int64,
        producerEpoch: int32,
        lastSequence: withDefault(int32, -1),
        lastTimestamp: withDefault(int64, -1n),
        coordinatorEpoch: int32,
        currentTxnStartOffset: withDefault(int64, -1n),
      }),
    }),
  }),
});

export type DescribeProducersRequest = Decoded<typeof request>;
export type DescribeProducersResponse = Decoded<typeof response>;

export const describeProducers: Api<typeof request, typeof response> = {
  key: 61,
  name: "DescribeProducers",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
