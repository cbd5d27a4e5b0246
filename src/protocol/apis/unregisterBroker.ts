// UnregisterBroker: v0

import type { Api } from "../api.ts";
import { string } from "../schema/blobs.ts";
import { int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  brokerId: int32,
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
});

export type UnregisterBrokerRequest = Decoded<typeof request>;
export type UnregisterBrokerResponse = Decoded<typeof response>;

export const unregisterBroker: Api<typeof request, typeof response> = {
  key: 64,
  name: "UnregisterBroker",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
