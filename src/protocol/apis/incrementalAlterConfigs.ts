// IncrementalAlterConfigs: v0-1
//
// v1   flexible encoding (KIP-482)

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
      configOperation: int8,
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

export type IncrementalAlterConfigsRequest = Decoded<typeof request>;
export type IncrementalAlterConfigsResponse = Decoded<typeof response>;

export const incrementalAlterConfigs: Api<typeof request, typeof response> = {
  key: 44,
  name: "IncrementalAlterConfigs",
  versions: [0, 1],
  flexibleSince: 1,
  request,
  response,
};
