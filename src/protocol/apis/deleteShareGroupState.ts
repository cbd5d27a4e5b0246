// DeleteShareGroupState: v0

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
import { int16, int32, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: string,
  topics: arrayOf({
    topicId: uuid,
    partitions: arrayOf({
      partition: int32,
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

export type DeleteShareGroupStateRequest = Decoded<typeof request>;
export type DeleteShareGroupStateResponse = Decoded<typeof response>;

export const deleteShareGroupState: Api<typeof request, typeof response> = {
  key: 86,
  name: "DeleteShareGroupState",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
