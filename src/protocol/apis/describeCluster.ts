// DescribeCluster: v0-2
//
// v1   endpointType: brokers or controllers (KIP-919)
// v2   includeFencedBrokers, isFenced (KIP-1073)

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { bool, int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  includeClusterAuthorizedOperations: bool,
  endpointType: since(1, int8, 1),
  includeFencedBrokers: since(2, bool, false),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: withDefault(nullable(string), null),
  endpointType: since(1, int8, 1),
  clusterId: string,
  controllerId: withDefault(int32, -1),
  brokers: arrayOf({
    brokerId: int32,
    host: string,
    port: int32,
    rack: withDefault(nullable(string), null),
    isFenced: since(2, bool, false),
  }),
  clusterAuthorizedOperations: withDefault(int32, -2147483648),
});

export type DescribeClusterRequest = Decoded<typeof request>;
export type DescribeClusterResponse = Decoded<typeof response>;

export const describeCluster: Api<typeof request, typeof response> = {
  key: 60,
  name: "DescribeCluster",
  versions: [0, 2],
  flexibleSince: 0,
  request,
  response,
};
