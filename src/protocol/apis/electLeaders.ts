// ElectLeaders: v0-2

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  electionType: since(1, int8, 0),
  topicPartitions: nullable(
    arrayOf({
      topic: string,
      partitions: array(int32),
    }),
  ),
  timeoutMs: withDefault(int32, 60000),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: since(1, int16, 0),
  replicaElectionResults: arrayOf({
    topic: string,
    partitionResult: arrayOf({
      partitionId: int32,
      errorCode: int16,
      errorMessage: nullable(string),
    }),
  }),
});

export type ElectLeadersRequest = Decoded<typeof request>;
export type ElectLeadersResponse = Decoded<typeof response>;

export const electLeaders: Api<typeof request, typeof response> = {
  key: 43,
  name: "ElectLeaders",
  versions: [0, 2],
  flexibleSince: 2,
  request,
  response,
};
