// DescribeAcls: v0-3

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  resourceTypeFilter: int8,
  resourceNameFilter: nullable(string),
  patternTypeFilter: since(1, int8, 3),
  principalFilter: nullable(string),
  hostFilter: nullable(string),
  operation: int8,
  permissionType: int8,
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
  resources: arrayOf({
    resourceType: int8,
    resourceName: string,
    patternType: since(1, int8, 3),
    acls: arrayOf({
      principal: string,
      host: string,
      operation: int8,
      permissionType: int8,
    }),
  }),
});

export type DescribeAclsRequest = Decoded<typeof request>;
export type DescribeAclsResponse = Decoded<typeof response>;

export const describeAcls: Api<typeof request, typeof response> = {
  key: 29,
  name: "DescribeAcls",
  versions: [0, 3],
  flexibleSince: 2,
  request,
  response,
};
