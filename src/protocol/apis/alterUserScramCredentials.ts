// AlterUserScramCredentials: v0

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { bytes, string } from "../schema/blobs.ts";
import { int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  deletions: arrayOf({
    name: string,
    mechanism: int8,
  }),
  upsertions: arrayOf({
    name: string,
    mechanism: int8,
    iterations: int32,
    salt: bytes,
    saltedPassword: bytes,
  }),
});

const response = struct({
  throttleTimeMs: int32,
  results: arrayOf({
    user: string,
    errorCode: int16,
    errorMessage: nullable(string),
  }),
});

export type AlterUserScramCredentialsRequest = Decoded<typeof request>;
export type AlterUserScramCredentialsResponse = Decoded<typeof response>;

export const alterUserScramCredentials: Api<typeof request, typeof response> = {
  key: 51,
  name: "AlterUserScramCredentials",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
