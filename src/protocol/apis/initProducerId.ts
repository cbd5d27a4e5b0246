// InitProducerId: v0-6
//
// v1   a throttled client is answered at once and is to wait by itself (KIP-219)
// v2   flexible encoding (KIP-482)
// v3   producerId and producerEpoch: a producer may resume (KIP-360)
// v4   may answer PRODUCER_FENCED (KIP-588)
// v5   may answer TRANSACTION_ABORTABLE (KIP-890)
// v6   two-phase commit (KIP-939); not final in Kafka

import type { Api } from "../api.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { bool, int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  transactionalId: nullable(string),
  transactionTimeoutMs: int32,
  producerId: since(3, int64, -1n),
  producerEpoch: since(3, int16, -1),
  enable2Pc: since(6, bool, false),
  keepPreparedTxn: since(6, bool, false),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  producerId: withDefault(int64, -1n),
  producerEpoch: int16,
  ongoingTxnProducerId: since(6, int64, -1n),
  ongoingTxnProducerEpoch: since(6, int16, -1),
});

export type InitProducerIdRequest = Decoded<typeof request>;
export type InitProducerIdResponse = Decoded<typeof response>;

export const initProducerId: Api<typeof request, typeof response> = {
  key: 22,
  name: "InitProducerId",
  versions: [0, 6],
  flexibleSince: 2,
  request,
  response,
};
