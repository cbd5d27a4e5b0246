// DescribeLogDirs: v0-5

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { bool, int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  topics: nullable(
    arrayOf({
      topic: string,
      partitions: array(int32),
    }),
  ),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: since(3, int16, 0),
  results: arrayOf({
    errorCode: int16,
    logDir: string,
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        partitionSize: int64,
        offsetLag: int64,
        isFutureKey: bool,
      }),
    }),
    totalBytes: since(4, int64, -1n),
    usableBytes: since(4, int64, -1n),
    isCordoned: since(5, bool, false),
  }),
});

export type DescribeLogDirsRequest = Decoded<typeof request>;
export type DescribeLogDirsResponse = Decoded<typeof response>;

export const describeLogDirs: Api<typeof request, typeof response> = {
  key: 35,
  name: "DescribeLogDirs",
  versions: [0, 5],
  flexibleSince: 2,
  request,
  response,
};
