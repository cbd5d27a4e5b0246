// DescribeShareGroupOffsets: v0-1
//
// v1   lag (KIP-1226)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groups: arrayOf({
    groupId: string,
    topics: nullable(
      arrayOf({
        topicName: string,
        partitions: array(int32),
      }),
    ),
  }),
});

const response = struct({
  throttleTimeMs: int32,
  groups: arrayOf({
    groupId: string,
    topics: arrayOf({
      topicName: string,
      topicId: uuid,
      partitions: arrayOf({
        partitionIndex: int32,
        startOffset: int64,
        leaderEpoch: int32,
        lag: since(1, int64, -1n),
        errorCode: int16,
        errorMessage: withDefault(nullable(string), null),
      }),
    }),
    errorCode: int16,
    errorMessage: withDefault(nullable(string), null),
  }),
});

export type DescribeShareGroupOffsetsRequest = Decoded<typeof request>;
export type DescribeShareGroupOffsetsResponse = Decoded<typeof response>;

export const describeShareGroupOffsets: Api<typeof request, typeof response> = {
  key: 90,
  name: "DescribeShareGroupOffsets",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
