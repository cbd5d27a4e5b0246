// ReadShareGroupStateSummary: v0-1

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { int16, int32, int64, uuid } from "../schema/primitives.ts";
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
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: since(1, int32, -1),
    }),
  }),
});

export type ReadShareGroupStateSummaryRequest = Decoded<typeof request>;
export type ReadShareGroupStateSummaryResponse = Decoded<typeof response>;

export const readShareGroupStateSummary: Api<typeof request, typeof response> = {
  key: 87,
  name: "ReadShareGroupStateSummary",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
