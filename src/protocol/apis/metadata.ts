// Metadata: v0-13
//
// v1   no topics means none, null means all; racks, controllerId, isInternal (KIP-4)
// v2   response gains clusterId (KIP-78)
// v3   response gains throttleTimeMs
// v4   allowAutoTopicCreation
// v5   offlineReplicas (KIP-112)
// v6   a throttled client is answered at once and is to wait by itself (KIP-219)
// v7   leaderEpoch (KIP-320)
// v8   authorized operations on request (KIP-430)
// v9   flexible encoding (KIP-482)
// v10  topicId in the response; brokers do not take it in the request yet (KIP-516)
// v11  the cluster's authorized operations moved to DescribeCluster (KIP-700)
// v12  topics may be asked for by id (KIP-516)
// v13  errorCode for the whole response (KIP-1102)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { between, since } from "../schema/fields.ts";
import { bool, int16, int32, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  topics: nullable(
    arrayOf({
      topicId: since(10, uuid),
      name: nullable(string, 10),
    }),
    1,
  ),
  allowAutoTopicCreation: since(4, bool, true),
  includeClusterAuthorizedOperations: between(8, 10, bool, false),
  includeTopicAuthorizedOperations: since(8, bool, false),
});

const response = struct({
  throttleTimeMs: since(3, int32, 0),
  brokers: arrayOf({
    nodeId: int32,
    host: string,
    port: int32,
    rack: since(1, nullable(string), null),
  }),
  clusterId: since(2, nullable(string), null),
  controllerId: since(1, int32, -1),
  topics: arrayOf({
    errorCode: int16,
    name: nullable(string, 12),
    topicId: since(10, uuid),
    isInternal: since(1, bool, false),
    partitions: arrayOf({
      errorCode: int16,
      partitionIndex: int32,
      leaderId: int32,
      leaderEpoch: since(7, int32, -1),
      replicaNodes: array(int32),
      isrNodes: array(int32),
      offlineReplicas: since(5, array(int32), []),
    }),
    topicAuthorizedOperations: since(8, int32, -2147483648),
  }),
  clusterAuthorizedOperations: between(8, 10, int32, -2147483648),
  errorCode: since(13, int16, 0),
});

export type MetadataRequest = Decoded<typeof request>;
export type MetadataResponse = Decoded<typeof response>;

export const metadata: Api<typeof request, typeof response> = {
  key: 3,
  name: "Metadata",
  versions: [0, 13],
  flexibleSince: 9,
  request,
  response,
};
