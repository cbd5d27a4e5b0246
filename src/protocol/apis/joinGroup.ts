// JoinGroup: v0-9
//
// v1   rebalanceTimeoutMs apart from the session timeout (KIP-62)
// v2   response gains throttleTimeMs
// v3   a throttled client is answered at once and is to wait by itself (KIP-219)
// v4   a new member is told its id first, with MEMBER_ID_REQUIRED, and joins again (KIP-394)
// v5   groupInstanceId, for static membership (KIP-345)
// v6   flexible encoding (KIP-482)
// v7   response gains protocolType (KIP-559)
// v8   reason: why the member joins (KIP-800)
// v9   skipAssignment: a static leader that rejoined need not assign (KIP-814)

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { bytes, string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { bool, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: string,
  sessionTimeoutMs: int32,
  rebalanceTimeoutMs: since(1, int32, -1),
  memberId: string,
  groupInstanceId: since(5, nullable(string), null),
  protocolType: string,
  protocols: arrayOf({
    name: string,
    metadata: bytes,
  }),
  reason: since(8, nullable(string), null),
});

const response = struct({
  throttleTimeMs: since(2, int32, 0),
  errorCode: int16,
  generationId: withDefault(int32, -1),
  protocolType: since(7, nullable(string), null),
  protocolName: nullable(string, 7),
  leader: string,
  skipAssignment: since(9, bool, false),
  memberId: string,
  members: arrayOf({
    memberId: string,
    groupInstanceId: since(5, nullable(string), null),
    metadata: bytes,
  }),
});

export type JoinGroupRequest = Decoded<typeof request>;
export type JoinGroupResponse = Decoded<typeof response>;

export const joinGroup: Api<typeof request, typeof response> = {
  key: 11,
  name: "JoinGroup",
  versions: [0, 9],
  flexibleSince: 6,
  request,
  response,
};
