// AlterPartition: v0-3

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, until, withDefault } from "../schema/fields.ts";
import { int8, int16, int32, int64, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  brokerId: int32,
  brokerEpoch: withDefault(int64, -1n),
  topics: arrayOf({
    topicName: until(1, string, ""),
    topicId: since(2, uuid),
    partitions: arrayOf({
      partitionIndex: int32,
      leaderEpoch: int32,
      newIsr: until(2, array(int32), []),
      newIsrWithEpochs: since(
        3,
        arrayOf({
          brokerId: int32,
          brokerEpoch: withDefault(int64, -1n),
        }),
        [],
      ),
      leaderRecoveryState: since(1, int8, 0),
      partitionEpoch: int32,
    }),
  }),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  topics: arrayOf({
    topicName: until(1, string, ""),
    topicId: since(2, uuid),
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
      leaderId: int32,
      leaderEpoch: int32,
      isr: array(int32),
      leaderRecoveryState: since(1, int8, 0),
      partitionEpoch: int32,
    }),
  }),
});

export type AlterPartitionRequest = Decoded<typeof request>;
export type AlterPartitionResponse = Decoded<typeof response>;

export const alterPartition: Api<typeof request, typeof response> = {
  key: 56,
  name: "AlterPartition",
  versions: [0, 3],
  flexibleSince: 0,
  request,
  response,
};
