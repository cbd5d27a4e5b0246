// DeleteGroups: v0-3
//
// v1   a throttled client is answered at once and is to wait by itself (KIP-219)
// v2   flexible encoding (KIP-482)
// v3   errorMessage for each group

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupsNames: array(string),
});

const response = struct({
  throttleTimeMs: int32,
  results: arrayOf({
    groupId: string,
    errorCode: int16,
    errorMessage: since(3, nullable(string), null),
  }),
});

export type DeleteGroupsRequest = Decoded<typeof request>;
export type DeleteGroupsResponse = Decoded<typeof response>;

export const deleteGroups: Api<typeof request, typeof response> = {
  key: 42,
  name: "DeleteGroups",
  versions: [0, 3],
  flexibleSince: 2,
  request,
  response,
};
