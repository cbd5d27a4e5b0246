// WriteShareGroupState: v0-1

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { int8, int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: string,
  topics: arrayOf({
    topicId: uuid,
    partitions: arrayOf({
      partition: int32,
      stateEpoch: int32,
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: since(1, int32, -1),
      stateBatches: arrayOf({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8,
        deliveryCount: int16,
      }),
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
    }),
  }),
});

export type WriteShareGroupStateRequest = Decoded<typeof request>;
export type WriteShareGroupStateResponse = Decoded<typeof response>;

export const writeShareGroupState: Api<typeof request, typeof response> = {
  key: 85,
  name: "WriteShareGroupState",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
