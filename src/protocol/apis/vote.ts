// Vote: v0-2

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, tagged, withDefault } from "../schema/fields.ts";
import { bool, int16, int32, int64, uint16, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  clusterId: withDefault(nullable(string), null),
  voterId: since(1, int32, -1),
  topics: arrayOf({
    topicName: string,
    partitions: arrayOf({
      partitionIndex: int32,
      replicaEpoch: int32,
      replicaId: int32,
      replicaDirectoryId: since(1, uuid),
      voterDirectoryId: since(1, uuid),
      lastOffsetEpoch: int32,
      lastOffset: int64,
      preVote: since(2, bool, false),
    }),
  }),
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
      voteGranted: bool,
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

export type VoteRequest = Decoded<typeof request>;
export type VoteResponse = Decoded<typeof response>;

export const vote: Api<typeof request, typeof response> = {
  key: 52,
  name: "Vote",
  versions: [0, 2],
  flexibleSince: 0,
  request,
  response,
};
