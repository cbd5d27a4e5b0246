// AlterClientQuotas: v0-1

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { bool, float64, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  entries: arrayOf({
    entity: arrayOf({
      entityType: string,
      entityName: nullable(string),
    }),
    ops: arrayOf({
      key: string,
      value: float64,
      remove: bool,
    }),
  }),
  validateOnly: bool,
});

const response = struct({
  throttleTimeMs: int32,
  entries: arrayOf({
    errorCode: int16,
    errorMessage: nullable(string),
    entity: arrayOf({
      entityType: string,
      entityName: nullable(string),
    }),
  }),
});

export type AlterClientQuotasRequest = Decoded<typeof request>;
export type AlterClientQuotasResponse = Decoded<typeof response>;

export const alterClientQuotas: Api<typeof request, typeof response> = {
  key: 49,
  name: "AlterClientQuotas",
  versions: [0, 1],
  flexibleSince: 1,
  request,
  response,
};
