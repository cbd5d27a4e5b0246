// EndTxn: v0-5
//
// v1   a throttled client is answered at once and is to wait by itself (KIP-219)
// v2   may answer PRODUCER_FENCED (KIP-588)
// v3   flexible encoding (KIP-482)
// v4   may answer TRANSACTION_ABORTABLE (KIP-890)
// v5   every transaction gets a new producerEpoch, which the response tells (KIP-890)

import type { Api } from "../api.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { bool, int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  committed: bool,
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  producerId: since(5, int64, -1n),
  producerEpoch: since(5, int16, -1),
});

export type EndTxnRequest = Decoded<typeof request>;
export type EndTxnResponse = Decoded<typeof response>;

export const endTxn: Api<typeof request, typeof response> = {
  key: 26,
  name: "EndTxn",
  versions: [0, 5],
  flexibleSince: 3,
  request,
  response,
};
