// DescribeDelegationToken: v0-3

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { bytes, string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  owners: nullable(
    arrayOf({
      principalType: string,
      principalName: string,
    }),
  ),
});

const response = struct({
  errorCode: int16,
  tokens: arrayOf({
    principalType: string,
    principalName: string,
    tokenRequesterPrincipalType: since(3, string, ""),
    tokenRequesterPrincipalName: since(3, string, ""),
    issueTimestamp: int64,
    expiryTimestamp: int64,
    maxTimestamp: int64,
    tokenId: string,
    hmac: bytes,
    renewers: arrayOf({
      principalType: string,
      principalName: string,
    }),
  }),
  throttleTimeMs: int32,
});

export type DescribeDelegationTokenRequest = Decoded<typeof request>;
export type DescribeDelegationTokenResponse = Decoded<typeof response>;

export const describeDelegationToken: Api<typeof request, typeof response> = {
  key: 41,
  name: "DescribeDelegationToken",
  versions: [0, 3],
  flexibleSince: 2,
  request,
  response,
};
