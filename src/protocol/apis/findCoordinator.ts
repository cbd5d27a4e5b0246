// FindCoordinator: v0-6
//
// v1   keyType: groups (0) and transactions (1); response gains errorMessage and throttleTimeMs (KIP-98)
// v2   a throttled client is answered at once and is to wait by itself (KIP-219)
// v3   flexible encoding (KIP-482)
// v4   several coordinators in one request (KIP-699)
// v5   may answer TRANSACTION_ABORTABLE (KIP-890)
// v6   keyType 2: share groups (KIP-932)

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { between, since, until } from "../schema/fields.ts";
import { int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  key: until(3, string, ""),
  keyType: since(1, int8, 0),
  coordinatorKeys: since(4, array(string), []),
});

const response = struct({
  throttleTimeMs: since(1, int32, 0),
  errorCode: until(3, int16, 0),
  errorMessage: between(1, 3, nullable(string), ""),
  nodeId: until(3, int32, 0),
  host: until(3, string, ""),
  port: until(3, int32, 0),
  coordinators: since(
    4,
    arrayOf({
      key: string,
      nodeId: int32,
      host: string,
      port: int32,
      errorCode: int16,
      errorMessage: nullable(string),
    }),
    [],
  ),
});

export type FindCoordinatorRequest = Decoded<typeof request>;
export type FindCoordinatorResponse = Decoded<typeof response>;

export const findCoordinator: Api<typeof request, typeof response> = {
  key: 10,
  name: "FindCoordinator",
  versions: [0, 6],
  flexibleSince: 3,
  request,
  response,
};
