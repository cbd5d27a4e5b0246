// ListGroups: v0-5
//
// v1   response gains throttleTimeMs
// v2   a throttled client is answered at once and is to wait by itself (KIP-219)
// v3   flexible encoding (KIP-482)
// v4   statesFilter, groupState (KIP-518)
// v5   typesFilter, groupType (KIP-848)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  statesFilter: since(4, array(string), []),
  typesFilter: since(5, array(string), []),
});

const response = struct({
  throttleTimeMs: since(1, int32, 0),
  errorCode: int16,
  groups: arrayOf({
    groupId: string,
    protocolType: string,
    groupState: since(4, string, ""),
    groupType: since(5, string, ""),
  }),
});

export type ListGroupsRequest = Decoded<typeof request>;
export type ListGroupsResponse = Decoded<typeof response>;

export const listGroups: Api<typeof request, typeof response> = {
  key: 16,
  name: "ListGroups",
  versions: [0, 5],
  flexibleSince: 3,
  request,
  response,
};
