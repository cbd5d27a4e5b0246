// ConsumerGroupHeartbeat: v0-1
//
// v0   joins, stays in and leaves a group whose assignor runs on the broker (KIP-848)
// v1   subscribedTopicRegex; the member makes its own id (KIP-848, KIP-1082)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { int16, int32, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const topicPartitions = struct({
  topicId: uuid,
  partitions: array(int32),
});

const request = struct({
  groupId: string,
  memberId: string,
  memberEpoch: int32,
  instanceId: withDefault(nullable(string), null),
  rackId: withDefault(nullable(string), null),
  rebalanceTimeoutMs: withDefault(int32, -1),
  subscribedTopicNames: withDefault(nullable(array(string)), null),
  subscribedTopicRegex: since(1, nullable(string), null),
  serverAssignor: withDefault(nullable(string), null),
  topicPartitions: withDefault(
    nullable(
      arrayOf({
        topicId: uuid,
        partitions: array(int32),
      }),
    ),
    null,
  ),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: withDefault(nullable(string), null),
  memberId: withDefault(nullable(string), null),
  memberEpoch: int32,
  heartbeatIntervalMs: int32,
  assignment: withDefault(
    nullable(
      struct({
        topicPartitions: array(topicPartitions),
      }),
    ),
    null,
  ),
});

export type ConsumerGroupHeartbeatRequest = Decoded<typeof request>;
export type ConsumerGroupHeartbeatResponse = Decoded<typeof response>;

export const consumerGroupHeartbeat: Api<typeof request, typeof response> = {
  key: 68,
  name: "ConsumerGroupHeartbeat",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
