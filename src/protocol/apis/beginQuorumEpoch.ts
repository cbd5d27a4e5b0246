// BeginQuorumEpoch: v0-1

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, tagged, withDefault } from "../schema/fields.ts";
import { int16, int32, uint16, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  clusterId: withDefault(nullable(string), null),
  voterId: since(1, int32, -1),
  topics: arrayOf({
    topicName: string,
    partitions: arrayOf({
      partitionIndex: int32,
      voterDirectoryId: since(1, uuid),
      leaderId: int32,
      leaderEpoch: int32,
    }),
  }),
  leaderEndpoints: since(
    1,
    arrayOf({
      name: string,
      host: string,
      port: uint16,
    }),
    [],
  ),
});

const response = struct({
  errorCode: int16,
  topics: arrayOf({
    topicName: string,
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
      leaderId: int32,
      leaderEpoch: int32,
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

export type BeginQuorumEpochRequest = Decoded<typeof request>;
export type BeginQuorumEpochResponse = Decoded<typeof response>;

export const beginQuorumEpoch: Api<typeof request, typeof response> = {
  key: 53,
  name: "BeginQuorumEpoch",
  versions: [0, 1],
  flexibleSince: 1,
  request,
  response,
};
