// SyncGroup: v0-5
//
// v1   response gains throttleTimeMs
// v2   a throttled client is answered at once and is to wait by itself (KIP-219)
// v3   groupInstanceId, for static membership (KIP-345)
// v4   flexible encoding (KIP-482)
// v5   protocolType and protocolName, which must agree with the group's (KIP-559)

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { bytes, string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: since(3, nullable(string), null),
  protocolType: since(5, nullable(string), null),
  protocolName: since(5, nullable(string), null),
  assignments: arrayOf({
    memberId: string,
    assignment: bytes,
  }),
});

const response = struct({
  throttleTimeMs: since(1, int32, 0),
  errorCode: int16,
  protocolType: since(5, nullable(string), null),
  protocolName: since(5, nullable(string), null),
  assignment: bytes,
});

export type SyncGroupRequest = Decoded<typeof request>;
export type SyncGroupResponse = Decoded<typeof response>;

export const syncGroup: Api<typeof request, typeof response> = {
  key: 14,
  name: "SyncGroup",
  versions: [0, 5],
  flexibleSince: 4,
  request,
  response,
};
