// UpdateRaftVoter: v0

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { tagged, withDefault } from "../schema/fields.ts";
import { int16, int32, uint16, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  clusterId: nullable(string),
  currentLeaderEpoch: int32,
  voterId: int32,
  voterDirectoryId: uuid,
  listeners: arrayOf({
    name: string,
    host: string,
    port: uint16,
  }),
  kRaftVersionFeature: struct({
    minSupportedVersion: int16,
    maxSupportedVersion: int16,
  }),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  currentLeader: tagged(
    0,
    0,
    struct({
      leaderId: withDefault(int32, -1),
      leaderEpoch: withDefault(int32, -1),
      host: string,
      port: int32,
    }),
  ),
});

export type UpdateRaftVoterRequest = Decoded<typeof request>;
export type UpdateRaftVoterResponse = Decoded<typeof response>;

export const updateRaftVoter: Api<typeof request, typeof response> = {
  key: 82,
  name: "UpdateRaftVoter",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
