// SaslHandshake: v0-1
//
// v1   the tokens that follow travel in SaslAuthenticate; after v0 they travel bare (KIP-152)

import type { Api } from "../api.ts";
import { array } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { int16 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  mechanism: string,
});

const response = struct({
  errorCode: int16,
  mechanisms: array(string),
});

export type SaslHandshakeRequest = Decoded<typeof request>;
export type SaslHandshakeResponse = Decoded<typeof response>;

export const saslHandshake: Api<typeof request, typeof response> = {
  key: 17,
  name: "SaslHandshake",
  versions: [0, 1],
  request,
  response,
};
