// ShareAcknowledge: v0-2

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { bool, int8, int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  groupId: withDefault(nullable(string), null),
  memberId: nullable(string),
  shareSessionEpoch: int32,
  isRenewAck: since(2, bool, false),
  topics: arrayOf({
    topicId: uuid,
    partitions: arrayOf({
      partitionIndex: int32,
      acknowledgementBatches: arrayOf({
        firstOffset: int64,
        lastOffset: int64,
        acknowledgeTypes: array(int8),
      }),
    }),
  }),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: withDefault(nullable(string), null),
  acquisitionLockTimeoutMs: since(2, int32, 0),
  responses: arrayOf({
    topicId: uuid,
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: withDefault(nullable(string), null),
      currentLeader: struct({
        leaderId: int32,
        leaderEpoch: int32,
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

export type ShareAcknowledgeRequest = Decoded<typeof request>;
export type ShareAcknowledgeResponse = Decoded<typeof response>;

export const shareAcknowledge: Api<typeof request, typeof response> = {
  key: 79,
  name: "ShareAcknowledge",
  versions: [0, 2],
  flexibleSince: 0,
  request,
  response,
};
