// DeleteShareGroupOffsets: v0

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
    topicName: string,
  }),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: withDefault(nullable(string), null),
  responses: arrayOf({
    topicName: string,
    topicId: uuid,
    errorCode: int16,
    errorMessage: withDefault(nullable(string), null),
  }),
});

export type DeleteShareGroupOffsetsRequest = Decoded<typeof request>;
export type DeleteShareGroupOffsetsResponse = Decoded<typeof response>;

export const deleteShareGroupOffsets: Api<typeof request, typeof response> = {
  key: 92,
  name: "DeleteShareGroupOffsets",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
