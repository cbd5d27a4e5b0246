// CreateTopics: v0-7
//
// v1   validateOnly; response gains errorMessage
// v2   response gains throttleTimeMs; lowest of Kafka 4
// v3   a throttled client is answered at once and is to wait by itself (KIP-219)
// v4   -1 partitions or replicas means the broker's default (KIP-464)
// v5   flexible encoding (KIP-482); response gains the topic's configs (KIP-525)
// v6   may answer THROTTLING_QUOTA_EXCEEDED (KIP-599)
// v7   response gains topicId (KIP-516)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, tagged, withDefault } from "../schema/fields.ts";
import { bool, int8, int16, int32, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  topics: arrayOf({
    name: string,
    numPartitions: int32,
    replicationFactor: int16,
    assignments: arrayOf({
      partitionIndex: int32,
      brokerIds: array(int32),
    }),
    configs: arrayOf({
      name: string,
      value: nullable(string),
    }),
  }),
  timeoutMs: withDefault(int32, 60000),
  validateOnly: since(1, bool, false),
});

const response = struct({
  throttleTimeMs: since(2, int32, 0),
  topics: arrayOf({
    name: string,
    topicId: since(7, uuid),
    errorCode: int16,
    errorMessage: since(1, nullable(string), ""),
    topicConfigErrorCode: tagged(0, 5, int16, 0),
    numPartitions: since(5, int32, -1),
    replicationFactor: since(5, int16, -1),
    configs: since(
      5,
      nullable(
        arrayOf({
          name: string,
          value: nullable(string),
          readOnly: bool,
          configSource: withDefault(int8, -1),
          isSensitive: bool,
        }),
      ),
      [],
    ),
  }),
});

export type CreateTopicsRequest = Decoded<typeof request>;
export type CreateTopicsResponse = Decoded<typeof response>;

export const createTopics: Api<typeof request, typeof response> = {
  key: 19,
  name: "CreateTopics",
  versions: [0, 7],
  flexibleSince: 5,
  request,
  response,
};
