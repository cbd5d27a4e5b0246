// PushTelemetry: v0

import type { Api } from "../api.ts";
import { bytes } from "../schema/blobs.ts";
import { bool, int8, int16, int32, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  clientInstanceId: uuid,
  subscriptionId: int32,
  terminating: bool,
  compressionType: int8,
  metrics: bytes,
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
});

export type PushTelemetryRequest = Decoded<typeof request>;
export type PushTelemetryResponse = Decoded<typeof response>;

export const pushTelemetry: Api<typeof request, typeof response> = {
  key: 72,
  name: "PushTelemetry",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
