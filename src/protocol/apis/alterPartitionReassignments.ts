// AlterPartitionReassignments: v0-1

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { bool, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  timeoutMs: withDefault(int32, 60000),
  allowReplicationFactorChange: since(1, bool, true),
  topics: arrayOf({
    name: string,
    partitions: arrayOf({
      partitionIndex: int32,
      replicas: withDefault(nullable(array(int32)), null),
    }),
  }),
});

const response = struct({
  throttleTimeMs: int32,
  allowReplicationFactorChange: since(1, bool, true),
  errorCode: int16,
  errorMessage: nullable(string),
  responses: arrayOf({
    name: string,
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: nullable(string),
    }),
  }),
});

export type AlterPartitionReassignmentsRequest = Decoded<typeof request>;
export type AlterPartitionReassignmentsResponse = Decoded<typeof response>;

export const alterPartitionReassignments: Api<typeof request, typeof response> = {
  key: 45,
  name: "AlterPartitionReassignments",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
