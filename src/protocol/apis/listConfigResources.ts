// ListConfigResources: v0-1

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  resourceTypes: since(1, array(int8), []),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  configResources: arrayOf({
    resourceName: string,
    resourceType: since(1, int8, 16),
  }),
});

export type ListConfigResourcesRequest = Decoded<typeof request>;
export type ListConfigResourcesResponse = Decoded<typeof response>;

export const listConfigResources: Api<typeof request, typeof response> = {
  key: 74,
  name: "ListConfigResources",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
