// ListPartitionReassignments: v0

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
import { int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  timeoutMs: withDefault(int32, 60000),
  topics: withDefault(
    nullable(
      arrayOf({
        name: string,
        partitionIndexes: array(int32),
      }),
    ),
    null,
  ),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
  topics: arrayOf({
    name: string,
    partitions: arrayOf({
      partitionIndex: int32,
      replicas: array(int32),
      addingReplicas: array(int32),
      removingReplicas: array(int32),
    }),
  }),
});

export type ListPartitionReassignmentsRequest = Decoded<typeof request>;
export type ListPartitionReassignmentsResponse = Decoded<typeof response>;

export const listPartitionReassignments: Api<typeof request, typeof response> = {
  key: 46,
  name: "ListPartitionReassignments",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
