// OffsetDelete: v0

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  groupId: string,
  topics: arrayOf({
    name: string,
    partitions: arrayOf({
      partitionIndex: int32,
    }),
  }),
});

const response = struct({
  errorCode: int16,
  throttleTimeMs: int32,
  topics: arrayOf({
    name: string,
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
    }),
  }),
});

export type OffsetDeleteRequest = Decoded<typeof request>;
export type OffsetDeleteResponse = Decoded<typeof response>;

export const offsetDelete: Api<typeof request, typeof response> = {
  key: 47,
  name: "OffsetDelete",
  versions: [0, 0],
  request,
  response,
};
