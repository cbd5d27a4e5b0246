// ShareGroupHeartbeat: v0-1

import type { Api } from "../api.ts";
import { array } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
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
  rackId: withDefault(nullable(string), null),
  subscribedTopicNames: withDefault(nullable(array(string)), null),
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

export type ShareGroupHeartbeatRequest = Decoded<typeof request>;
export type ShareGroupHeartbeatResponse = Decoded<typeof response>;

export const shareGroupHeartbeat: Api<typeof request, typeof response> = {
  key: 76,
  name: "ShareGroupHeartbeat",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
