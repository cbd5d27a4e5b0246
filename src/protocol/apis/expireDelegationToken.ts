// ExpireDelegationToken: v0-2

import type { Api } from "../api.ts";
import { bytes } from "../schema/blobs.ts";
import { int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  hmac: bytes,
  expiryTimePeriodMs: int64,
});

const response = struct({
  errorCode: int16,
  expiryTimestampMs: int64,
  throttleTimeMs: int32,
});

export type ExpireDelegationTokenRequest = Decoded<typeof request>;
export type ExpireDelegationTokenResponse = Decoded<typeof response>;

export const expireDelegationToken: Api<typeof request, typeof response> = {
  key: 40,
  name: "ExpireDelegationToken",
  versions: [0, 2],
  flexibleSince: 2,
  request,
  response,
};
