// StreamsGroupDescribe: v0-1
//
// v0   groups of KIP-1071
// v1   topology on request (KIP-1331), assignorName (KIP-1357)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
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

const endpoint = struct({
  host: string,
  port: uint16,
});

const taskOffset = struct({
  subtopologyId: string,
  partition: int32,
  offset: int64,
});

const taskIds = struct({
  subtopologyId: string,
  partitions: array(int32),
});

const assignment = struct({
  activeTasks: array(taskIds),
  standbyTasks: array(taskIds),
  warmupTasks: array(taskIds),
});

const topologyDescriptionNode = struct({
  name: string,
  nodeType: int8,
  sourceTopics: array(string),
  sinkTopic: withDefault(nullable(string), null),
  stores: array(string),
  successors: array(string),
});

const topologyDescriptionSubtopology = struct({
  subtopologyId: string,
  nodes: array(topologyDescriptionNode),
});

const topologyDescriptionGlobalStore = struct({
  source: topologyDescriptionNode,
  processor: topologyDescriptionNode,
});

const topologyDescription = struct({
  subtopologies: array(topologyDescriptionSubtopology),
  globalStores: array(topologyDescriptionGlobalStore),
});

const request = struct({
  groupIds: array(string),
  includeAuthorizedOperations: bool,
  includeTopologyDescription: since(1, bool, false),
});

const response = struct({
  throttleTimeMs: int32,
  groups: arrayOf({
    errorCode: int16,
    errorMessage: withDefault(nullable(string), null),
    groupId: string,
    groupState: string,
    groupEpoch: int32,
    assignmentEpoch: int32,
    topology: withDefault(
      nullable(
        struct({
          epoch: int32,
          subtopologies: withDefault(
            nullable(
              arrayOf({
                subtopologyId: string,
                sourceTopics: array(string),
                repartitionSinkTopics: array(string),
                stateChangelogTopics: array(topicInfo),
                repartitionSourceTopics: array(topicInfo),
              }),
            ),
            null,
          ),
        }),
      ),
      null,
    ),
    members: arrayOf({
      memberId: string,
      memberEpoch: int32,
      instanceId: withDefault(nullable(string), null),
      rackId: withDefault(nullable(string), null),
      clientId: string,
      clientHost: string,
      topologyEpoch: int32,
      processId: string,
      userEndpoint: withDefault(nullable(endpoint), null),
      clientTags: array(keyValue),
      taskOffsets: array(taskOffset),
      taskEndOffsets: array(taskOffset),
      assignment: assignment,
      targetAssignment: assignment,
      isClassic: bool,
    }),
    authorizedOperations: withDefault(int32, -2147483648),
    topologyDescription: since(1, nullable(topologyDescription), null),
    topologyDescriptionStatus: since(1, int8, 0),
    assignorName: since(1, nullable(string), null),
  }),
});

export type StreamsGroupDescribeRequest = Decoded<typeof request>;
export type StreamsGroupDescribeResponse = Decoded<typeof response>;

export const streamsGroupDescribe: Api<typeof request, typeof response> = {
  key: 89,
  name: "StreamsGroupDescribe",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
