// AssignReplicasToDirs: v0

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { withDefault } from "../schema/fields.ts";
import { int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  brokerId: int32,
  brokerEpoch: withDefault(int64, -1n),
  directories: arrayOf({
    id: uuid,
    topics: arrayOf({
      topicId: uuid,
      partitions: arrayOf({
        partitionIndex: int32,
      }),
    }),
  }),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  directories: arrayOf({
    id: uuid,
    topics: arrayOf({
      topicId: uuid,
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  }),
});

export type AssignReplicasToDirsRequest = Decoded<typeof request>;
export type AssignReplicasToDirsResponse = Decoded<typeof response>;

export const assignReplicasToDirs: Api<typeof request, typeof response> = {
  key: 73,
  name: "AssignReplicasToDirs",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
