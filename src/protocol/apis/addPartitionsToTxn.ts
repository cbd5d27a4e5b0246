// AddPartitionsToTxn: v0-5
//
// v1   a throttled client is answered at once and is to wait by itself (KIP-219)
// v2   may answer PRODUCER_FENCED (KIP-588)
// v3   flexible encoding (KIP-482)
// v4   several transactions in one request; between brokers only (KIP-890)
// v5   may answer TRANSACTION_ABORTABLE (KIP-890)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, until, withDefault } from "../schema/fields.ts";
import { bool, int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const addPartitionsToTxnTopic = struct({
  name: string,
  partitions: array(int32),
});

const addPartitionsToTxnPartitionResult = struct({
  partitionIndex: int32,
  partitionErrorCode: int16,
});

const addPartitionsToTxnTopicResult = struct({
  name: string,
  resultsByPartition: array(addPartitionsToTxnPartitionResult),
});

const request = struct({
  transactions: since(
    4,
    arrayOf({
      transactionalId: string,
      producerId: int64,
      producerEpoch: int16,
      verifyOnly: withDefault(bool, false),
      topics: array(addPartitionsToTxnTopic),
    }),
    [],
  ),
  v3AndBelowTransactionalId: until(3, string, ""),
  v3AndBelowProducerId: until(3, int64, 0n),
  v3AndBelowProducerEpoch: until(3, int16, 0),
  v3AndBelowTopics: until(3, array(addPartitionsToTxnTopic), []),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: since(4, int16, 0),
  resultsByTransaction: since(
    4,
    arrayOf({
      transactionalId: string,
      topicResults: array(addPartitionsToTxnTopicResult),
    }),
    [],
  ),
  resultsByTopicV3AndBelow: until(3, array(addPartitionsToTxnTopicResult), []),
});

export type AddPartitionsToTxnRequest = Decoded<typeof request>;
export type AddPartitionsToTxnResponse = Decoded<typeof response>;

export const addPartitionsToTxn: Api<typeof request, typeof response> = {
  key: 24,
  name: "AddPartitionsToTxn",
  versions: [0, 5],
  flexibleSince: 3,
  request,
  response,
};
