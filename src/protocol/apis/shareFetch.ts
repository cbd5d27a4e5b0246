// ShareFetch: v0-2

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { records, string } from "../schema/blobs.ts";
import { since, until, withDefault } from "../schema/fields.ts";
import { bool, int8, int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: withDefault(nullable(string), null),
  memberId: nullable(string),
  shareSessionEpoch: int32,
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: withDefault(int32, 2147483647),
  maxRecords: since(1, int32, 0),
  batchSize: since(1, int32, 0),
  shareAcquireMode: since(2, int8, 0),
  isRenewAck: since(2, bool, false),
  topics: arrayOf({
    topicId: uuid,
    partitions: arrayOf({
      partitionIndex: int32,
      partitionMaxBytes: until(0, int32, 0),
      acknowledgementBatches: arrayOf({
        firstOffset: int64,
        lastOffset: int64,
        acknowledgeTypes: array(int8),
      }),
    }),
  }),
  forgottenTopicsData: arrayOf({
    topicId: uuid,
    partitions: array(int32),
  }),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: withDefault(nullable(string), null),
  acquisitionLockTimeoutMs: since(1, int32, 0),
  responses: arrayOf({
    topicId: uuid,
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: withDefault(nullable(string), null),
      acknowledgeErrorCode: int16,
      acknowledgeErrorMessage: withDefault(nullable(string), null),
      currentLeader: struct({
        leaderId: int32,
        leaderEpoch: int32,
      }),
      records: nullable(records, 0, 0),
      acquiredRecords: arrayOf({
        firstOffset: int64,
        lastOffset: int64,
        deliveryCount: int16,
      }),
    }),
  }),
  nodeEndpoints: arrayOf({
    nodeId: int32,
    host: string,
    port: int32,
    rack: withDefault(nullable(string), null),
  }),
});

export type ShareFetchRequest = Decoded<typeof request>;
export type ShareFetchResponse = Decoded<typeof response>;

export const shareFetch: Api<typeof request, typeof response> = {
  key: 78,
  name: "ShareFetch",
  versions: [0, 2],
  flexibleSince: 0,
  request,
  response,
};
