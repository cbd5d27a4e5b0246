// SaslAuthenticate: v0-2
//
// v1   response gains sessionLifetimeMs (KIP-368)
// v2   flexible encoding (KIP-482)

import type { Api } from "../api.ts";
import { bytes, string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int16, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  authBytes: bytes,
});

const response = struct({
  errorCode: int16,
  errorMessage: nullable(string),
  authBytes: bytes,
  sessionLifetimeMs: since(1, int64, 0n),
});

export type SaslAuthenticateRequest = Decoded<typeof request>;
export type SaslAuthenticateResponse = Decoded<typeof response>;

export const saslAuthenticate: Api<typeof request, typeof response> = {
  key: 36,
  name: "SaslAuthenticate",
  versions: [0, 2],
  flexibleSince: 2,
  request,
  response,
};
