// FetchSnapshot: v0-1

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { records, string } from "../schema/blobs.ts";
import { tagged, withDefault } from "../schema/fields.ts";
import { int16, int32, int64, uint16, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  clusterId: tagged(0, 0, nullable(string), null),
  replicaId: withDefault(int32, -1),
  maxBytes: withDefault(int32, 2147483647),
  topics: arrayOf({
    name: string,
    partitions: arrayOf({
      partition: int32,
      currentLeaderEpoch: int32,
      snapshotId: struct({
        endOffset: int64,
        epoch: int32,
      }),
      position: int64,
      replicaDirectoryId: tagged(0, 1, uuid),
    }),
  }),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  topics: arrayOf({
    name: string,
    partitions: arrayOf({
      index: int32,
      errorCode: int16,
      snapshotId: struct({
        endOffset: int64,
        epoch: int32,
      }),
      currentLeader: tagged(
        0,
        0,
        struct({
          leaderId: int32,
          leaderEpoch: int32,
        }),
      ),
      size: int64,
      position: int64,
      unalignedRecords: records,
    }),
  }),
  nodeEndpoints: tagged(
    0,
    1,
    arrayOf({
      nodeId: int32,
      host: string,
      port: uint16,
    }),
    [],
  ),
});

export type FetchSnapshotRequest = Decoded<typeof request>;
export type FetchSnapshotResponse = Decoded<typeof response>;

export const fetchSnapshot: Api<typeof request, typeof response> = {
  key: 59,
  name: "FetchSnapshot",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
