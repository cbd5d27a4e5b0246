// DescribeQuorum: v0-2

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int16, int32, int64, uint16, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const replicaState = struct({
  replicaId: int32,
  replicaDirectoryId: since(2, uuid),
  logEndOffset: int64,
  lastFetchTimestamp: since(1, int64, -1n),
  lastCaughtUpTimestamp: since(1, int64, -1n),
});

const request = struct({
  topics: arrayOf({
    topicName: string,
    partitions: arrayOf({
      partitionIndex: int32,
    }),
  }),
});

const response = struct({
  errorCode: int16,
  errorMessage: since(2, nullable(string), ""),
  topics: arrayOf({
    topicName: string,
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: since(2, nullable(string), ""),
      leaderId: int32,
      leaderEpoch: int32,
      highWatermark: int64,
      currentVoters: array(replicaState),
      observers: array(replicaState),
    }),
  }),
  nodes: since(
    2,
    arrayOf({
      nodeId: int32,
      listeners: arrayOf({
        name: string,
        host: string,
        port: uint16,
      }),
    }),
    [],
  ),
});

export type DescribeQuorumRequest = Decoded<typeof request>;
export type DescribeQuorumResponse = Decoded<typeof response>;

export const describeQuorum: Api<typeof request, typeof response> = {
  key: 55,
  name: "DescribeQuorum",
  versions: [0, 2],
  flexibleSince: 0,
  request,
  response,
};
