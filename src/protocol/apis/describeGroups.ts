// DescribeGroups: v0-6
//
// v1   response gains throttleTimeMs
// v2   a throttled client is answered at once and is to wait by itself (KIP-219)
// v3   authorized operations on request (KIP-430)
// v4   groupInstanceId of each member (KIP-345)
// v5   flexible encoding (KIP-482)
// v6   an unknown group is GROUP_ID_NOT_FOUND with errorMessage, no longer Dead (KIP-1043)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { bytes, string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { bool, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groups: array(string),
  includeAuthorizedOperations: since(3, bool, false),
});

const response = struct({
  throttleTimeMs: since(1, int32, 0),
  groups: arrayOf({
    errorCode: int16,
    errorMessage: since(6, nullable(string), null),
    groupId: string,
    groupState: string,
    protocolType: string,
    protocolData: string,
    members: arrayOf({
      memberId: string,
      groupInstanceId: since(4, nullable(string), null),
      clientId: string,
      clientHost: string,
      memberMetadata: bytes,
      memberAssignment: bytes,
    }),
    authorizedOperations: since(3, int32, -2147483648),
  }),
});

export type DescribeGroupsRequest = Decoded<typeof request>;
export type DescribeGroupsResponse = Decoded<typeof response>;

export const describeGroups: Api<typeof request, typeof response> = {
  key: 15,
  name: "DescribeGroups",
  versions: [0, 6],
  flexibleSince: 5,
  request,
  response,
};
