// Envelope: v0

import type { Api } from "../api.ts";
import { bytes } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
import { int16 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  requestData: bytes,
  requestPrincipal: nullable(bytes),
  clientHostAddress: bytes,
});

const response = struct({
  responseData: withDefault(nullable(bytes), null),
  errorCode: int16,
});

export type EnvelopeRequest = Decoded<typeof request>;
export type EnvelopeResponse = Decoded<typeof response>;

export const envelope: Api<typeof request, typeof response> = {
  key: 58,
  name: "Envelope",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
