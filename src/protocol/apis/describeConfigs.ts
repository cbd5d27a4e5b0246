// DescribeConfigs: v0-4
//
// v1   configSource and synonyms instead of isDefault (KIP-226); lowest of Kafka 4
// v2   a throttled client is answered at once and is to wait by itself (KIP-219)
// v3   configType and documentation on request (KIP-569)
// v4   flexible encoding (KIP-482)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, until } from "../schema/fields.ts";
import { bool, int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  resources: arrayOf({
    resourceType: int8,
    resourceName: string,
    configurationKeys: nullable(array(string)),
  }),
  includeSynonyms: since(1, bool, false),
  includeDocumentation: since(3, bool, false),
});

const response = struct({
  throttleTimeMs: int32,
  results: arrayOf({
    errorCode: int16,
    errorMessage: nullable(string),
    resourceType: int8,
    resourceName: string,
    configs: arrayOf({
      name: string,
      value: nullable(string),
      readOnly: bool,
      isDefault: until(0, bool, false),
      configSource: since(1, int8, -1),
      isSensitive: bool,
      synonyms: since(
        1,
        arrayOf({
          name: string,
          value: nullable(string),
          source: int8,
        }),
        [],
      ),
      configType: since(3, int8, 0),
      documentation: since(3, nullable(string), ""),
    }),
  }),
});

export type DescribeConfigsRequest = Decoded<typeof request>;
export type DescribeConfigsResponse = Decoded<typeof response>;

export const describeConfigs: Api<typeof request, typeof response> = {
  key: 32,
  name: "DescribeConfigs",
  versions: [0, 4],
  flexibleSince: 4,
  request,
  response,
};
