// Heartbeat: v0-4
//
// v1   response gains throttleTimeMs
// v2   a throttled client is answered at once and is to wait by itself (KIP-219)
// v3   groupInstanceId, for static membership (KIP-345)
// v4   flexible encoding (KIP-482)

import type { Api } from "../api.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: since(3, nullable(string), null),
});

const response = struct({
  throttleTimeMs: since(1, int32, 0),
  errorCode: int16,
});

export type HeartbeatRequest = Decoded<typeof request>;
export type HeartbeatResponse = Decoded<typeof response>;

export const heartbeat: Api<typeof request, typeof response> = {
  key: 12,
  name: "Heartbeat",
  versions: [0, 4],
  flexibleSince: 4,
  request,
  response,
};
