// Produce: v0-13
//
// v1   response gains throttleTimeMs
// v2   response gains logAppendTimeMs; records may be message format 1
// v3   transactionalId; records are batches of format 2 (KIP-98); lowest of Kafka 4
// v5   response gains logStartOffset
// v6   a throttled client is answered at once and is to wait by itself (KIP-219)
// v7   zstd may be used (KIP-110)
// v8   response says which records spoilt a batch (KIP-467)
// v9   flexible encoding (KIP-482)
// v10  response names the new leader and where it is (KIP-951)
// v11  may answer TRANSACTION_ABORTABLE (KIP-890)
// v12  adds its partitions to the transaction by itself (KIP-890)
// v13  topics by id instead of name (KIP-516)

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { records, string } from "../schema/blobs.ts";
import { since, tagged, until, withDefault } from "../schema/fields.ts";
import { int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  transactionalId: since(3, nullable(string), null),
  acks: int16,
  timeoutMs: int32,
  topicData: arrayOf({
    name: until(12, string, ""),
    topicId: since(13, uuid),
    partitionData: arrayOf({
      index: int32,
      records: nullable(records),
    }),
  }),
});

const response = struct({
  responses: arrayOf({
    name: until(12, string, ""),
    topicId: since(13, uuid),
    partitionResponses: arrayOf({
      index: int32,
      errorCode: int16,
      baseOffset: int64,
      logAppendTimeMs: since(2, int64, -1n),
      logStartOffset: since(5, int64, -1n),
      recordErrors: since(
        8,
        arrayOf({
          batchIndex: int32,
          batchIndexErrorMessage: withDefault(nullable(string), null),
        }),
        [],
      ),
      errorMessage: since(8, nullable(string), null),
      currentLeader: tagged(
        0,
        10,
        struct({
          leaderId: withDefault(int32, -1),
          leaderEpoch: withDefault(int32, -1),
        }),
      ),
    }),
  }),
  throttleTimeMs: since(1, int32, 0),
  nodeEndpoints: tagged(
    0,
    10,
    arrayOf({
      nodeId: int32,
      host: string,
      port: int32,
      rack: withDefault(nullable(string), null),
    }),
    [],
  ),
});

export type ProduceRequest = Decoded<typeof request>;
export type ProduceResponse = Decoded<typeof response>;

export const produce: Api<typeof request, typeof response> = {
  key: 0,
  name: "Produce",
  versions: [0, 13],
  flexibleSince: 9,
  request,
  response,
};
