// TxnOffsetCommit: v0-6
//
// v1   a throttled client is answered at once and is to wait by itself (KIP-219)
// v2   committedLeaderEpoch (KIP-320)
// v3   flexible encoding (KIP-482); memberId, generationId, groupInstanceId (KIP-447)
// v4   may answer TRANSACTION_ABORTABLE (KIP-890)
// v5   adds the group to the transaction by itself (KIP-890)
// v6   topics by id instead of name (KIP-1319)

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, until } from "../schema/fields.ts";
import { int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  transactionalId: string,
  groupId: string,
  producerId: int64,
  producerEpoch: int16,
  generationIdOrMemberEpoch: since(3, int32, -1),
  memberId: since(3, string, ""),
  groupInstanceId: since(3, nullable(string), null),
  topics: arrayOf({
    name: until(5, string, ""),
    topicId: since(6, uuid),
    partitions: arrayOf({
      partitionIndex: int32,
      committedOffset: int64,
      committedLeaderEpoch: since(2, int32, -1),
      committedMetadata: nullable(string),
    }),
  }),
});

const response = struct({
  throttleTimeMs: int32,
  topics: arrayOf({
    name: until(5, string, ""),
    topicId: since(6, uuid),
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
    }),
  }),
});

export type TxnOffsetCommitRequest = Decoded<typeof request>;
export type TxnOffsetCommitResponse = Decoded<typeof response>;

export const txnOffsetCommit: Api<typeof request, typeof response> = {
  key: 28,
  name: "TxnOffsetCommit",
  versions: [0, 6],
  flexibleSince: 3,
  request,
  response,
};
