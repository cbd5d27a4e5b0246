// AddOffsetsToTxn: v0-4
//
// v1   a throttled client is answered at once and is to wait by itself (KIP-219)
// v2   may answer PRODUCER_FENCED (KIP-588)
// v3   flexible encoding (KIP-482)
// v4   may answer TRANSACTION_ABORTABLE (KIP-890)

import type { Api } from "../api.ts";
import { string } from "../schema/blobs.ts";
import { int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  groupId: string,
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
});

export type AddOffsetsToTxnRequest = Decoded<typeof request>;
export type AddOffsetsToTxnResponse = Decoded<typeof response>;

export const addOffsetsToTxn: Api<typeof request, typeof response> = {
  key: 25,
  name: "AddOffsetsToTxn",
  versions: [0, 4],
  flexibleSince: 3,
  request,
  response,
};
