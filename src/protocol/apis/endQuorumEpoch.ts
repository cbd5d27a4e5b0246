// EndQuorumEpoch: v0-1

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, tagged, until, withDefault } from "../schema/fields.ts";
import { int16, int32, uint16, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  clusterId: withDefault(nullable(string), null),
  topics: arrayOf({
    topicName: string,
    partitions: arrayOf({
      partitionIndex: int32,
      leaderId: int32,
      leaderEpoch: int32,
      preferredSuccessors: until(0, array(int32), []),
      preferredCandidates: since(
        1,
        arrayOf({
          candidateId: int32,
          candidateDirectoryId: uuid,
        }),
        [],
      ),
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

export type EndQuorumEpochRequest = Decoded<typeof request>;
export type EndQuorumEpochResponse = Decoded<typeof response>;

export const endQuorumEpoch: Api<typeof request, typeof response> = {
  key: 54,
  name: "EndQuorumEpoch",
  versions: [0, 1],
  flexibleSince: 1,
  request,
  response,
};
