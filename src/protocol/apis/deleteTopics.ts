// DeleteTopics: v0-6
//
// v1   response gains throttleTimeMs; lowest of Kafka 4
// v2   a throttled client is answered at once and is to wait by itself (KIP-219)
// v3   may answer TOPIC_DELETION_DISABLED (KIP-322)
// v4   flexible encoding (KIP-482)
// v5   errorMessage; may answer THROTTLING_QUOTA_EXCEEDED (KIP-599)
// v6   topics by name or by id (KIP-516)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, until, withDefault } from "../schema/fields.ts";
import { int16, int32, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  topics: since(
    6,
    arrayOf({
      name: withDefault(nullable(string), null),
      topicId: uuid,
    }),
    [],
  ),
  topicNames: until(5, array(string), []),
  timeoutMs: int32,
});

const response = struct({
  throttleTimeMs: since(1, int32, 0),
  responses: arrayOf({
    name: nullable(string, 6),
    topicId: since(6, uuid),
    errorCode: int16,
    errorMessage: since(5, nullable(string), null),
  }),
});

export type DeleteTopicsRequest = Decoded<typeof request>;
export type DeleteTopicsResponse = Decoded<typeof response>;

export const deleteTopics: Api<typeof request, typeof response> = {
  key: 20,
  name: "DeleteTopics",
  versions: [0, 6],
  flexibleSince: 4,
  request,
  response,
};
