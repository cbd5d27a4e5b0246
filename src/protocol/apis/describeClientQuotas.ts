// DescribeClientQuotas: v0-1

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { bool, float64, int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  components: arrayOf({
    entityType: string,
    matchType: int8,
    match: nullable(string),
  }),
  strict: bool,
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
  entries: nullable(
    arrayOf({
      entity: arrayOf({
        entityType: string,
        entityName: nullable(string),
      }),
      values: arrayOf({
        key: string,
        value: float64,
      }),
    }),
  ),
});

export type DescribeClientQuotasRequest = Decoded<typeof request>;
export type DescribeClientQuotasResponse = Decoded<typeof response>;

export const describeClientQuotas: Api<typeof request, typeof response> = {
  key: 48,
  name: "DescribeClientQuotas",
  versions: [0, 1],
  flexibleSince: 1,
  request,
  response,
};
