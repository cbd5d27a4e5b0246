// BrokerRegistration: v0-4

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { bool, int16, int32, int64, uint16, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  brokerId: int32,
  clusterId: string,
  incarnationId: uuid,
  listeners: arrayOf({
    name: string,
    host: string,
    port: uint16,
    securityProtocol: int16,
  }),
  features: arrayOf({
    name: string,
    minSupportedVersion: int16,
    maxSupportedVersion: int16,
  }),
  rack: nullable(string),
  isMigratingZkBroker: since(1, bool, false),
  logDirs: since(2, array(uuid), []),
  previousBrokerEpoch: since(3, int64, -1n),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  brokerEpoch: withDefault(int64, -1n),
});

export type BrokerRegistrationRequest = Decoded<typeof request>;
export type BrokerRegistrationResponse = Decoded<typeof response>;

export const brokerRegistration: Api<typeof request, typeof response> = {
  key: 62,
  name: "BrokerRegistration",
  versions: [0, 4],
  flexibleSince: 0,
  request,
  response,
};
