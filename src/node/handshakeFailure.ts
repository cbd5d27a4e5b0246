import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { FailedHandshake } from "#base/transport.ts";
import { addressText } from "#network/address.ts";

/** Why a client that came to a TLS port never became a stream, in words. */
export function handshakeFailure(failure: Error, socket: Socket): FailedHandshake {
  const { remoteAddress: host, remotePort: port } = socket;
  // A socket that is closed knows no address any more.
  const remote = host === undefined || port === undefined ? "a client" : addressText({ host, port });
  if (socket instanceof TLSSocket && socket.authorizationError) {
    const why = String(socket.authorizationError);
    const reason = `the authority of this port did not sign the client's certificate, or it is not valid now (${why})`;
    return { remote, reason, isGone: false };
  }
  const code = "code" in failure ? String(failure.code) : "";
  const reason = reasons.get(code) ?? `TLS did not come about: ${inWords(failure)}`;
  return { remote, reason, isGone: goneCodes.has(code) };
}

const noTls = "what came is no TLS, which this port speaks";
const noTrust = "the client does not trust the certificate of this port";
const gone = "the client was gone before TLS came about; it may not trust the certificate of this port";

const reasons: ReadonlyMap<string, string> = new Map([
  ["ERR_SSL_WRONG_VERSION_NUMBER", noTls],
  ["ERR_SSL_HTTP_REQUEST", noTls],
  ["ERR_SSL_HTTPS_PROXY_REQUEST", noTls],
  ["ERR_SSL_UNSUPPORTED_PROTOCOL", "the client wants a version of TLS that is too old"],
  ["ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE", "the client showed no certificate, which this port demands"],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", noTrust],
  ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", noTrust],
  ["ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", noTrust],
  ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN", noTrust],
  ["ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN", noTrust],
  ["ERR_TLS_HANDSHAKE_TIMEOUT", "the client did not finish its TLS handshake in time"],
  ["ECONNRESET", gone],
  ["EPIPE", gone],
]);

const goneCodes: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"]);

/** OpenSSL's own word, without the numbers and paths around it. */
function inWords(failure: Error): string {
  return "reason" in failure && typeof failure.reason === "string" ? failure.reason : failure.message;
}
