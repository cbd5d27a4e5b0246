// AlterReplicaLogDirs: v0-2

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  dirs: arrayOf({
    path: string,
    topics: arrayOf({
      name: string,
      partitions: array(int32),
    }),
  }),
});

const response = struct({
  throttleTimeMs: int32,
  results: arrayOf({
    topicName: string,
    partitions: arrayOf({
      partitionIndex: int32,
      errorCode: int16,
    }),
  }),
});

export type AlterReplicaLogDirsRequest = Decoded<typeof request>;
export type AlterReplicaLogDirsResponse = Decoded<typeof response>;

export const alterReplicaLogDirs: Api<typeof request, typeof response> = {
  key: 34,
  name: "AlterReplicaLogDirs",
  versions: [0, 2],
  flexibleSince: 2,
  request,
  response,
};
