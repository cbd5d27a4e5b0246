// ControllerRegistration: v0

import type { Api } from "../api.ts";
import { arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { bool, int16, int32, uint16, uuid } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  controllerId: int32,
  incarnationId: uuid,
  zkMigrationReady: bool,
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
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
});

export type ControllerRegistrationRequest = Decoded<typeof request>;
export type ControllerRegistrationResponse = Decoded<typeof response>;

export const controllerRegistration: Api<typeof request, typeof response> = {
  key: 70,
  name: "ControllerRegistration",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
