// UpdateFeatures: v0-2

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, until, withDefault } from "../schema/fields.ts";
import { bool, int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  timeoutMs: withDefault(int32, 60000),
  featureUpdates: arrayOf({
    feature: string,
    maxVersionLevel: int16,
    allowDowngrade: until(0, bool, false),
    upgradeType: since(1, int8, 1),
  }),
  validateOnly: since(1, bool, false),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
  results: until(
    1,
    arrayOf({
      feature: string,
      errorCode: int16,
      errorMessage: nullable(string),
    }),
    [],
  ),
});

export type UpdateFeaturesRequest = Decoded<typeof request>;
export type UpdateFeaturesResponse = Decoded<typeof response>;

export const updateFeatures: Api<typeof request, typeof response> = {
  key: 57,
  name: "UpdateFeatures",
  versions: [0, 2],
  flexibleSince: 0,
  request,
  response,
};
