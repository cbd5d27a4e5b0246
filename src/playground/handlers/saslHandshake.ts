import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { defineHandler } from "./handler.ts";

/** Signing in is over by the time this gets here, or was never asked for; who signs in is answered by the session. */
export const saslHandshakeHandler = defineHandler({
  api: saslHandshake,
  handle: () => ({ errorCode: errorCode("ILLEGAL_SASL_STATE"), mechanisms: [] }),
  failed: (_request, code) => ({ errorCode: code, mechanisms: [] }),
});
