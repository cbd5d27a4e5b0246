// InitializeShareGroupState: v0

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
import { int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: string,
  topics: arrayOf({
    topicId: uuid,
    partitions: arrayOf({
      partition: int32,
      stateEpoch: int32,
      startOffset: int64,
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

export type InitializeShareGroupStateRequest = Decoded<typeof request>;
export type InitializeShareGroupStateResponse = Decoded<typeof response>;

export const initializeShareGroupState: Api<typeof request, typeof response> = {
  key: 83,
  name: "InitializeShareGroupState",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
