// DeleteAcls: v0-3

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  filters: arrayOf({
    resourceTypeFilter: int8,
    resourceNameFilter: nullable(string),
    patternTypeFilter: since(1, int8, 3),
    principalFilter: nullable(string),
    hostFilter: nullable(string),
    operation: int8,
    permissionType: int8,
  }),
});

const response = struct({
  throttleTimeMs: int32,
  filterResults: arrayOf({
    errorCode: int16,
    errorMessage: nullable(string),
    matchingAcls: arrayOf({
      errorCode: int16,
      errorMessage: nullable(string),
      resourceType: int8,
      resourceName: string,
      patternType: since(1, int8, 3),
      principal: string,
      host: string,
      operation: int8,
      permissionType: int8,
    }),
  }),
});

export type DeleteAclsRequest = Decoded<typeof request>;
export type DeleteAclsResponse = Decoded<typeof response>;

export const deleteAcls: Api<typeof request, typeof response> = {
  key: 31,
  name: "DeleteAcls",
  versions: [0, 3],
  flexibleSince: 2,
  request,
  response,
};
