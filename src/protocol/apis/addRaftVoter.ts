// AddRaftVoter: v0-1

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { bool, int16, int32, uint16, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  clusterId: nullable(string),
  timeoutMs: int32,
  voterId: int32,
  voterDirectoryId: uuid,
  listeners: arrayOf({
    name: string,
    host: string,
    port: uint16,
  }),
  ackWhenCommitted: since(1, bool, true),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
});

export type AddRaftVoterRequest = Decoded<typeof request>;
export type AddRaftVoterResponse = Decoded<typeof response>;

export const addRaftVoter: Api<typeof request, typeof response> = {
  key: 80,
  name: "AddRaftVoter",
  versions: [0, 1],
  flexibleSince: 0,
  request,
  response,
};
