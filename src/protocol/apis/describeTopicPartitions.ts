// DescribeTopicPartitions: v0

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
import { bool, int16, int32, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  topics: arrayOf({
    name: string,
  }),
  responsePartitionLimit: withDefault(int32, 2000),
  cursor: withDefault(
    nullable(
      struct({
        topicName: string,
        partitionIndex: int32,
      }),
    ),
    null,
  ),
});

const response = struct({
  throttleTimeMs: int32,
  topics: arrayOf({
    errorCode: int16,
    name: nullable(string),
    topicId: uuid,
    isInternal: withDefault(bool, false),
    partitions: arrayOf({
      errorCode: int16,
      partitionIndex: int32,
      leaderId: int32,
      leaderEpoch: withDefault(int32, -1),
      replicaNodes: array(int32),
      isrNodes: array(int32),
      eligibleLeaderReplicas: withDefault(nullable(array(int32)), null),
      lastKnownElr: withDefault(nullable(array(int32)), null),
      offlineReplicas: array(int32),
    }),
    topicAuthorizedOperations: withDefault(int32, -2147483648),
  }),
  nextCursor: withDefault(
    nullable(
      struct({
        topicName: string,
        partitionIndex: int32,
      }),
    ),
    null,
  ),
});

export type DescribeTopicPartitionsRequest = Decoded<typeof request>;
export type DescribeTopicPartitionsResponse = Decoded<typeof response>;

export const describeTopicPartitions: Api<typeof request, typeof response> = {
  key: 75,
  name: "DescribeTopicPartitions",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
