import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { defineHandler } from "./handler.ts";

/** Signing in is over by the time this gets here, or was never asked for; who signs in is answered by the session. */
export const saslAuthenticateHandler = defineHandler({
  api: saslAuthenticate,
  handle: () => refused(errorCode("ILLEGAL_SASL_STATE")),
  failed: (_request, code) => refused(code),
});

function refused(code: number) {
  const errorMessage = "SaslAuthenticate request received after successful authentication";
  return { errorCode: code, errorMessage, authBytes: new Uint8Array(0) };
}
