// ShareGroupDescribe: v0-1
//
// v0   early access
// v1   first stable version (KIP-932)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
import { bool, int16, int32, uuid } from "../schema/primitives.ts";
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
      rackId: withDefault(nullable(string), null),
      memberEpoch: int32,
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      assignment: assignment,
    }),
    authorizedOperations: withDefault(int32, -2147483648),
  }),
});

export type ShareGroupDescribeRequest = Decoded<typeof request>;
export type ShareGroupDescribeResponse = Decoded<typeof response>;

export const shareGroupDescribe: Api<typeof request, typeof response> = {
  key: 77,
  name: "ShareGroupDescribe",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
