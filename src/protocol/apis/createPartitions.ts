// CreatePartitions: v0-3
//
// v1   a throttled client is answered at once and is to wait by itself (KIP-219)
// v2   flexible encoding (KIP-482)
// v3   may answer THROTTLING_QUOTA_EXCEEDED (KIP-599)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
import { bool, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  topics: arrayOf({
    name: string,
    count: int32,
    assignments: nullable(
      arrayOf({
        brokerIds: array(int32),
      }),
    ),
  }),
  timeoutMs: int32,
  validateOnly: bool,
});

const response = struct({
  throttleTimeMs: int32,
  results: arrayOf({
    name: string,
    errorCode: int16,
    errorMessage: withDefault(nullable(string), null),
  }),
});

export type CreatePartitionsRequest = Decoded<typeof request>;
export type CreatePartitionsResponse = Decoded<typeof response>;

export const createPartitions: Api<typeof request, typeof response> = {
  key: 37,
  name: "CreatePartitions",
  versions: [0, 3],
  flexibleSince: 2,
  request,
  response,
};
