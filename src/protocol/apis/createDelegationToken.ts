// CreateDelegationToken: v0-3

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { bytes, string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  ownerPrincipalType: since(3, nullable(string), ""),
  ownerPrincipalName: since(3, nullable(string), ""),
  renewers: arrayOf({
    principalType: string,
    principalName: string,
  }),
  maxLifetimeMs: int64,
});

const response = struct({
  errorCode: int16,
  principalType: string,
  principalName: string,
  tokenRequesterPrincipalType: since(3, string, ""),
  tokenRequesterPrincipalName: since(3, string, ""),
  issueTimestampMs: int64,
  expiryTimestampMs: int64,
  maxTimestampMs: int64,
  tokenId: string,
  hmac: bytes,
  throttleTimeMs: int32,
});

export type CreateDelegationTokenRequest = Decoded<typeof request>;
export type CreateDelegationTokenResponse = Decoded<typeof response>;

export const createDelegationToken: Api<typeof request, typeof response> = {
  key: 38,
  name: "CreateDelegationToken",
  versions: [0, 3],
  flexibleSince: 2,
  request,
  response,
};
