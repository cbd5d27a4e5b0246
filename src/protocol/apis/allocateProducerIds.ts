// AllocateProducerIds: v0

import type { Api } from "../api.ts";
import { withDefault } from "../schema/fields.ts";
import { int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  brokerId: int32,
  brokerEpoch: withDefault(int64, -1n),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  producerIdStart: int64,
  producerIdLen: int32,
});

export type AllocateProducerIdsRequest = Decoded<typeof request>;
export type AllocateProducerIdsResponse = Decoded<typeof response>;

export const allocateProducerIds: Api<typeof request, typeof response> = {
  key: 67,
  name: "AllocateProducerIds",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
