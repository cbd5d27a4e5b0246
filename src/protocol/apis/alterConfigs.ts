// AlterConfigs: v0-2
//
// v1   a throttled client is answered at once and is to wait by itself (KIP-219)
// v2   flexible encoding (KIP-482)

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { bool, int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  resources: arrayOf({
    resourceType: int8,
    resourceName: string,
    configs: arrayOf({
      name: string,
      value: nullable(string),
    }),
  }),
  validateOnly: bool,
});

const response = struct({
  throttleTimeMs: int32,
  responses: arrayOf({
    errorCode: int16,
    errorMessage: nullable(string),
    resourceType: int8,
    resourceName: string,
  }),
});

export type AlterConfigsRequest = Decoded<typeof request>;
export type AlterConfigsResponse = Decoded<typeof response>;

export const alterConfigs: Api<typeof request, typeof response> = {
  key: 33,
  name: "AlterConfigs",
  versions: [0, 2],
  flexibleSince: 2,
  request,
  response,
};
