// AlterShareGroupOffsets: v0

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
    topicName: string,
    partitions: arrayOf({
      partitionIndex: int32,
      startOffset: int64,
    }),
  }),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: withDefault(nullable(string), null),
  responses: arrayOf({
    topicName: string,
    topicId: uuid,
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: withDefault(nullable(string), null),
    }),
  }),
});

export type AlterShareGroupOffsetsRequest = Decoded<typeof request>;
export type AlterShareGroupOffsetsResponse = Decoded<typeof response>;

export const alterShareGroupOffsets: Api<typeof request, typeof response> = {
  key: 91,
  name: "AlterShareGroupOffsets",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
