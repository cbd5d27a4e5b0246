// BrokerHeartbeat: v0-2

import type { Api } from "../api.ts";
import { array } from "../schema/array.ts";
import { tagged, withDefault } from "../schema/fields.ts";
import { bool, int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  brokerId: int32,
  brokerEpoch: withDefault(int64, -1n),
  currentMetadataOffset: int64,
  wantFence: bool,
  wantShutDown: bool,
  offlineLogDirs: tagged(0, 1, array(uuid), []),
  cordonedLogDirs: tagged(1, 2, nullable(array(uuid)), null),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  isCaughtUp: withDefault(bool, false),
  isFenced: withDefault(bool, true),
  shouldShutDown: bool,
});

export type BrokerHeartbeatRequest = Decoded<typeof request>;
export type BrokerHeartbeatResponse = Decoded<typeof response>;

export const brokerHeartbeat: Api<typeof request, typeof response> = {
  key: 63,
  name: "BrokerHeartbeat",
  versions: [0, 2],
  flexibleSince: 0,
  request,
  response,
};
