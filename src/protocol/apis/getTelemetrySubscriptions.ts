// GetTelemetrySubscriptions: v0

import type { Api } from "../api.ts";
import { array } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { bool, int8, int16, int32, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  clientInstanceId: uuid,
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  clientInstanceId: uuid,
  subscriptionId: int32,
  acceptedCompressionTypes: array(int8),
  pushIntervalMs: int32,
  telemetryMaxBytes: int32,
  deltaTemporality: bool,
  requestedMetrics: array(string),
});

export type GetTelemetrySubscriptionsRequest = Decoded<typeof request>;
export type GetTelemetrySubscriptionsResponse = Decoded<typeof response>;

export const getTelemetrySubscriptions: Api<typeof request, typeof response> = {
  key: 71,
  name: "GetTelemetrySubscriptions",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
