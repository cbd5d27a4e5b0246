import { ConnectError, type Endpoint, type TlsOptions } from "#base/transport.ts";
import { addressText } from "#network/address.ts";

/** Why no TCP connection came about, in words, with the likely cause. */
export function connectFailure(target: Endpoint, failure: Error): ConnectError {
  const code = codeOf(failure);
  const address = addressText(target);
  if (code !== undefined && resolveCodes.has(code)) {
    const advice =
      code === "EAI_AGAIN"
        ? "the name server did not answer; check the network"
        : "no such name is known here; check the spelling, the VPN, and the hosts file";
    return new ConnectError("resolve", `${target.host} does not resolve (${code}): ${advice}`, {
      code,
      cause: failure,
    });
  }
  const advice = (code === undefined ? undefined : connectAdvice.get(code)) ?? failure.message;
  return new ConnectError("connect", `no connection to ${address}${inBrackets(code)}: ${advice}`, {
    code,
    cause: failure,
  });
}

/** Why the TLS handshake failed, or the secured stream broke, in words, with the likely cause. */
export function tlsFailure(
  target: Endpoint & { readonly tls?: TlsOptions | undefined },
  failure: Error,
): ConnectError {
  const code = codeOf(failure);
  const name = target.tls?.serverName ?? target.host;
  const hasPassphrase = target.tls?.passphrase !== undefined;
  const advice =
    (code === undefined ? undefined : tlsAdvice(code, failure, { name, hasPassphrase })) ?? failure.message;
  const address = addressText(target);
  return new ConnectError("tls", `TLS with ${address} failed${inBrackets(code)}: ${advice}`, {
    code,
    cause: failure,
  });
}

const resolveCodes: ReadonlySet<string> = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_NONAME",
  "EAI_FAIL",
  "EAI_NODATA",
]);

const connectAdvice: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "nothing listens there; check the port and whether the broker runs"],
  ["EHOSTUNREACH", "no route to this host; check the VPN and the firewall"],
  ["ENETUNREACH", "no route to this network; check the VPN"],
  ["ETIMEDOUT", "the host does not answer; a firewall may drop the packets"],
  ["ECONNRESET", "it was closed at once; a proxy or firewall may stand between"],
  ["ERR_SOCKET_BAD_PORT", "this is no port; check the addresses the brokers advertise"],
  ["ERR_INVALID_ARG_VALUE", "this is no host name; check the addresses the brokers advertise"],
  ["EACCES", "the system forbids it; check the firewall of this machine"],
]);

const plaintext = "it does not speak TLS: the port is probably a plaintext listener";
const closedEarly =
  "the other side closed the connection during the handshake: the port is probably a plaintext listener";
const clientCertificate = "the broker wants a client certificate: give a certificate and its key";
const unreadableKey = "the client key cannot be read";

const tlsReasons: ReadonlyMap<string, string> = new Map([
  [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "the broker's certificate is self-signed: give this certificate, or the authority that should have signed it, as CA file",
  ],
  ["SELF_SIGNED_CERT_IN_CHAIN", "the broker's certificate authority is not trusted: give its CA file"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "the broker's certificate authority is not known: give its CA file"],
  ["UNABLE_TO_GET_ISSUER_CERT", "the chain of certificates has a gap: give the CA file that closes it"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "the broker's certificate authority is not known: give its CA file"],
  [
    "CERT_SIGNATURE_FAILURE",
    "the broker's certificate was not signed by the given CA, though by one of its name",
  ],
  ["CERT_HAS_EXPIRED", "a certificate of the broker has expired: renew it, or check this machine's clock"],
  ["CERT_NOT_YET_VALID", "a certificate of the broker is not valid yet: check this machine's clock"],
  ["CERT_REVOKED", "the broker's certificate was revoked"],
  ["EPROTO", plaintext],
  ["ECONNRESET", closedEarly],
  ["EPIPE", closedEarly],
  ["ERR_SSL_WRONG_VERSION_NUMBER", plaintext],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", plaintext],
  ["ERR_SSL_HTTP_REQUEST", plaintext],
  ["ERR_SSL_UNSUPPORTED_PROTOCOL", "both sides have no TLS version in common"],
  ["ALERT_PROTOCOL_VERSION", "both sides have no TLS version in common"],
  ["ALERT_CERTIFICATE_REQUIRED", clientCertificate],
  ["ALERT_UNKNOWN_CA", "the broker does not trust the authority of our client certificate"],
  ["ALERT_DECRYPT_ERROR", "the broker refused our client certificate's signature"],
  ["ALERT_BAD_CERTIFICATE", `the broker refused our client certificate, or ${clientCertificate}`],
  ["ALERT_CERTIFICATE_UNKNOWN", "the broker does not accept our client certificate"],
  ["ALERT_CERTIFICATE_EXPIRED", "our client certificate has expired"],
  ["ALERT_HANDSHAKE_FAILURE", `no common cipher, or ${clientCertificate}`],
  ["ERR_SSL_TLSV1_UNRECOGNIZED_NAME", "the broker has no certificate for the server name"],
  ["ALERT_INTERNAL_ERROR", "the other side failed; its log knows more"],
  ["ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED", `${unreadableKey}: it needs a passphrase`],
  ["ERR_MISSING_PASSPHRASE", `${unreadableKey}: it needs a passphrase`],
  ["ERR_OSSL_X509_KEY_VALUES_MISMATCH", "the client key does not belong to the client certificate"],
  ["ERR_OSSL_PEM_NO_START_LINE", "a certificate or key file is not in PEM form"],
  ["ERR_OSSL_PEM_BAD_BASE64_DECODE", "a certificate or key file is damaged"],
  ["ERR_OSSL_UNSUPPORTED", `${unreadableKey}: its form is not supported`],
]);

function tlsAdvice(
  code: string,
  failure: Error,
  ours: { readonly name: string; readonly hasPassphrase: boolean },
): string | undefined {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `the broker's certificate is not for ${ours.name}${validFor(failure)}: connect by a name it has, or set the server name`;
  }
  if (code === "ERR_OSSL_BAD_DECRYPT" || code === "ERR_OSSL_EVP_BAD_DECRYPT") {
    return `${unreadableKey}: ${ours.hasPassphrase ? "the passphrase is wrong" : "it needs a passphrase"}`;
  }
  // OpenSSL has renamed its alerts between releases: SSLV3_ALERT_…, TLSV1_ALERT_…, SSL/TLS_ALERT_….
  return tlsReasons.get(code.replace(/^ERR_SSL_.*ALERT_/, "ALERT_"));
}

/** The names a certificate has, as Node attaches it to the error. */
function validFor(failure: Error): string {
  const { cert } = failure as { readonly cert?: { readonly subjectaltname?: unknown } };
  const names = cert?.subjectaltname;
  return typeof names === "string" && names.length > 0 ? ` but for ${names.slice(0, 300)}` : "";
}

/** Node's code; of several failed addresses, that of the first. */
function codeOf(failure: Error): string | undefined {
  const { code } = failure as { readonly code?: unknown };
  if (typeof code === "string") return code;
  if (failure instanceof AggregateError) {
    const [first] = failure.errors as readonly unknown[];
    return first instanceof Error ? codeOf(first) : undefined;
  }
  return undefined;
}

function inBrackets(code: string | undefined): string {
  return code === undefined ? "" : ` (${code})`;
}
