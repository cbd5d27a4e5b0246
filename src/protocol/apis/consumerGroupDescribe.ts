// ConsumerGroupDescribe: v0-1
//
// v0   groups of KIP-848 only; DescribeGroups calls them Dead
// v1   memberType: classic or consumer (KIP-1099)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { bool, int8, int16, int32, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const topicPartitions = struct({
  topicId: uuid,
  topicName: string,
  partitions: array(int32),
});

const assignment = struct({
  topicPartitions: array(topicPartitions),
});

const request = struct({
  groupIds: array(string),
  includeAuthorizedOperations: bool,
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
    assignorName: string,
    members: arrayOf({
      memberId: string,
      instanceId: withDefault(nullable(string), null),
      rackId: withDefault(nullable(string), null),
      memberEpoch: int32,
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      subscribedTopicRegex: withDefault(nullable(string), null),
      assignment: assignment,
      targetAssignment: assignment,
      memberType: since(1, int8, -1),
    }),
    authorizedOperations: withDefault(int32, -2147483648),
  }),
});

export type ConsumerGroupDescribeRequest = Decoded<typeof request>;
export type ConsumerGroupDescribeResponse = Decoded<typeof response>;

export const consumerGroupDescribe: Api<typeof request, typeof response> = {
  key: 69,
  name: "ConsumerGroupDescribe",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
