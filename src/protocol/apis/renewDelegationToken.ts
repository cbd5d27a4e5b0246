// RenewDelegationToken: v0-2

import type { Api } from "../api.ts";
import { bytes } from "../schema/blobs.ts";
import { int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  hmac: bytes,
  renewPeriodMs: int64,
});

const response = struct({
  errorCode: int16,
  expiryTimestampMs: int64,
  throttleTimeMs: int32,
});

export type RenewDelegationTokenRequest = Decoded<typeof request>;
export type RenewDelegationTokenResponse = Decoded<typeof response>;

export const renewDelegationToken: Api<typeof request, typeof response> = {
  key: 39,
  name: "RenewDelegationToken",
  versions: [0, 2],
  flexibleSince: 2,
  request,
  response,
};
