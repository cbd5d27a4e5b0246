// CreateAcls: v0-3

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  creations: arrayOf({
    resourceType: int8,
    resourceName: string,
    resourcePatternType: since(1, int8, 3),
    principal: string,
    host: string,
    operation: int8,
    permissionType: int8,
  }),
});

const response = struct({
  throttleTimeMs: int32,
  results: arrayOf({
    errorCode: int16,
    errorMessage: nullable(string),
  }),
});

export type CreateAclsRequest = Decoded<typeof request>;
export type CreateAclsResponse = Decoded<typeof response>;

export const createAcls: Api<typeof request, typeof response> = {
  key: 30,
  name: "CreateAcls",
  versions: [0, 3],
  flexibleSince: 2,
  request,
  response,
};
