// ApiVersions: v0-5
//
// v1   response gains throttleTimeMs
// v2   a throttled client is answered at once and is to wait by itself (KIP-219)
// v3   flexible encoding (KIP-482), but the response keeps the old header; client software, features (KIP-511, KIP-584)
// v4   a feature's lowest version may be 0 (KAFKA-17011)
// v5   clusterId and nodeId: a broker that is not the one meant says REBOOTSTRAP_REQUIRED (KIP-1242)

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, tagged } from "../schema/fields.ts";
import { bool, int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  clientSoftwareName: since(3, string, ""),
  clientSoftwareVersion: since(3, string, ""),
  clusterId: since(5, nullable(string), null),
  nodeId: since(5, int32, -1),
});

const response = struct({
  errorCode: int16,
  apiKeys: arrayOf({
    apiKey: int16,
    minVersion: int16,
    maxVersion: int16,
  }),
  throttleTimeMs: since(1, int32, 0),
  supportedFeatures: tagged(
    0,
    3,
    arrayOf({
      name: string,
      minVersion: int16,
      maxVersion: int16,
    }),
    [],
  ),
  finalizedFeaturesEpoch: tagged(1, 3, int64, -1n),
  finalizedFeatures: tagged(
    2,
    3,
    arrayOf({
      name: string,
      maxVersionLevel: int16,
      minVersionLevel: int16,
    }),
    [],
  ),
  zkMigrationReady: tagged(3, 3, bool, false),
});

export type ApiVersionsRequest = Decoded<typeof request>;
export type ApiVersionsResponse = Decoded<typeof response>;

export const apiVersions: Api<typeof request, typeof response> = {
  key: 18,
  name: "ApiVersions",
  versions: [0, 5],
  flexibleSince: 3,
  request,
  response,
};
