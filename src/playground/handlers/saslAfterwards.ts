import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { defineHandler } from "./handler.ts";

/** Signing in is over by the time a request gets this far, or was never asked for. */
export const saslHandshakeHandler = defineHandler({
  api: saslHandshake,
  handle: () => ({ errorCode: errorCode("ILLEGAL_SASL_STATE"), mechanisms: [] }),
  failed: (_request, code) => ({ errorCode: code, mechanisms: [] }),
});

/** As above. */
export const saslAuthenticateHandler = defineHandler({
  api: saslAuthenticate,
  handle: () => refused(errorCode("ILLEGAL_SASL_STATE")),
  failed: (_request, code) => refused(code),
});

function refused(code: number) {
  const errorMessage = "SaslAuthenticate request received after successful authentication";
  return { errorCode: code, errorMessage, authBytes: new Uint8Array(0) };
}
