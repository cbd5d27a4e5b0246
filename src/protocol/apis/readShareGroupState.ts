// ReadShareGroupState: v0

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
import { int8, int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: string,
  topics: arrayOf({
    topicId: uuid,
    partitions: arrayOf({
      partition: int32,
      leaderEpoch: int32,
    }),
  }),
});

const response = struct({
  results: arrayOf({
    topicId: uuid,
    partitions: arrayOf({
      partition: int32,
      errorCode: int16,
      errorMessage: withDefault(nullable(string), null),
      stateEpoch: int32,
      startOffset: int64,
      stateBatches: arrayOf({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8,
        deliveryCount: int16,
      }),
    }),
  }),
});

export type ReadShareGroupStateRequest = Decoded<typeof request>;
export type ReadShareGroupStateResponse = Decoded<typeof response>;

export const readShareGroupState: Api<typeof request, typeof response> = {
  key: 84,
  name: "ReadShareGroupState",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
