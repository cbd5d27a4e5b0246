// LeaveGroup: v0-5
//
// v1   response gains throttleTimeMs
// v2   a throttled client is answered at once and is to wait by itself (KIP-219)
// v3   several members in one request, each with its groupInstanceId (KIP-345)
// v4   flexible encoding (KIP-482)
// v5   reason: why the member leaves (KIP-800)

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, until, withDefault } from "../schema/fields.ts";
import { int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: string,
  memberId: until(2, string, ""),
  members: since(
    3,
    arrayOf({
      memberId: string,
      groupInstanceId: withDefault(nullable(string), null),
      reason: since(5, nullable(string), null),
    }),
    [],
  ),
});

const response = struct({
  throttleTimeMs: since(1, int32, 0),
  errorCode: int16,
  members: since(
    3,
    arrayOf({
      memberId: string,
      groupInstanceId: nullable(string),
      errorCode: int16,
    }),
    [],
  ),
});

export type LeaveGroupRequest = Decoded<typeof request>;
export type LeaveGroupResponse = Decoded<typeof response>;

export const leaveGroup: Api<typeof request, typeof response> = {
  key: 13,
  name: "LeaveGroup",
  versions: [0, 5],
  flexibleSince: 4,
  request,
  response,
};
