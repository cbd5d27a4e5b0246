// RemoveRaftVoter: v0

import type { Api } from "../api.ts";
import { string } from "../schema/blobs.ts";
import { int16, int32, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  clusterId: nullable(string),
  voterId: int32,
  voterDirectoryId: uuid,
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
});

export type RemoveRaftVoterRequest = Decoded<typeof request>;
export type RemoveRaftVoterResponse = Decoded<typeof response>;

export const removeRaftVoter: Api<typeof request, typeof response> = {
  key: 81,
  name: "RemoveRaftVoter",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
