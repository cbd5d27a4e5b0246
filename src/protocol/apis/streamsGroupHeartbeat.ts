// StreamsGroupHeartbeat: v0-1

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, until, withDefault } from "../schema/fields.ts";
import { bool, int8, int16, int32, int64, uint16 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const keyValue = struct({
  key: string,
  value: string,
});

const topicInfo = struct({
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(keyValue),
});

const taskIds = struct({
  subtopologyId: string,
  partitions: array(int32),
});

const endpoint = struct({
  host: string,
  port: uint16,
});

const taskOffset = struct({
  subtopologyId: string,
  partition: int32,
  offset: int64,
});

const status = struct({
  statusCode: int8,
  statusDetail: string,
});

const topicPartition = struct({
  topic: string,
  partitions: array(int32),
});

const request = struct({
  groupId: string,
  memberId: string,
  memberEpoch: int32,
  endpointInformationEpoch: int32,
  instanceId: withDefault(nullable(string), null),
  rackId: withDefault(nullable(string), null),
  rebalanceTimeoutMs: withDefault(int32, -1),
  topology: withDefault(
    nullable(
      struct({
        epoch: int32,
        subtopologies: arrayOf({
          subtopologyId: string,
          sourceTopics: array(string),
          sourceTopicRegex: array(string),
          stateChangelogTopics: array(topicInfo),
          repartitionSinkTopics: array(string),
          repartitionSourceTopics: array(topicInfo),
          copartitionGroups: arrayOf({
            sourceTopics: array(int16),
            sourceTopicRegex: array(int16),
            repartitionSourceTopics: array(int16),
          }),
        }),
      }),
    ),
    null,
  ),
  activeTasks: withDefault(nullable(array(taskIds)), null),
  standbyTasks: withDefault(nullable(array(taskIds)), null),
  warmupTasks: withDefault(nullable(array(taskIds)), null),
  processId: withDefault(nullable(string), null),
  userEndpoint: withDefault(nullable(endpoint), null),
  clientTags: withDefault(nullable(array(keyValue)), null),
  taskOffsets: withDefault(nullable(array(taskOffset)), null),
  taskEndOffsets: withDefault(nullable(array(taskOffset)), null),
  shutdownApplication: withDefault(bool, false),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: withDefault(nullable(string), null),
  memberId: string,
  memberEpoch: int32,
  heartbeatIntervalMs: int32,
  acceptableRecoveryLagLegacy: until(0, int32, 0),
  taskOffsetIntervalMs: int32,
  acceptableRecoveryLag: since(1, int64, -1n),
  status: nullable(array(status)),
  activeTasks: withDefault(nullable(array(taskIds)), null),
  standbyTasks: withDefault(nullable(array(taskIds)), null),
  warmupTasks: withDefault(nullable(array(taskIds)), null),
  topologyDescriptionRequired: since(1, bool, false),
  endpointInformationEpoch: int32,
  partitionsByUserEndpoint: withDefault(
    nullable(
      arrayOf({
        userEndpoint: endpoint,
        activePartitions: array(topicPartition),
        standbyPartitions: array(topicPartition),
      }),
    ),
    null,
  ),
});

export type StreamsGroupHeartbeatRequest = Decoded<typeof request>;
export type StreamsGroupHeartbeatResponse = Decoded<typeof response>;

export const streamsGroupHeartbeat: Api<typeof request, typeof response> = {
  key: 88,
  name: "StreamsGroupHeartbeat",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
