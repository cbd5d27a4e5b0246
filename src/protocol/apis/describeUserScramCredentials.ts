// DescribeUserScramCredentials: v0

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  users: nullable(
    arrayOf({
      name: string,
    }),
  ),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
  results: arrayOf({
    user: string,
    errorCode: int16,
    errorMessage: nullable(string),
    credentialInfos: arrayOf({
      mechanism: int8,
      iterations: int32,
    }),
  }),
});

export type DescribeUserScramCredentialsRequest = Decoded<typeof request>;
export type DescribeUserScramCredentialsResponse = Decoded<typeof response>;

export const describeUserScramCredentials: Api<typeof request, typeof response> = {
  key: 50,
  name: "DescribeUserScramCredentials",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
