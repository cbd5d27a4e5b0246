import { Buffer } from "node:buffer";
import { alterConfigs } from "#protocol/apis/alterConfigs.ts";
import { alterUserScramCredentials } from "#protocol/apis/alterUserScramCredentials.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { createDelegationToken } from "#protocol/apis/createDelegationToken.ts";
import { describeDelegationToken } from "#protocol/apis/describeDelegationToken.ts";
import { expireDelegationToken } from "#protocol/apis/expireDelegationToken.ts";
import { incrementalAlterConfigs } from "#protocol/apis/incrementalAlterConfigs.ts";
import { renewDelegationToken } from "#protocol/apis/renewDelegationToken.ts";
import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";

const secretApis: ReadonlySet<number> = new Set(
  [
    saslAuthenticate,
    alterUserScramCredentials,
    createDelegationToken,
    renewDelegationToken,
    expireDelegationToken,
    describeDelegationToken,
  ].map(({ key }) => key),
);
/** Of these only what sets a password is one. */
const configApis: ReadonlySet<number> = new Set([alterConfigs.key, incrementalAlterConfigs.key]);
const secretConfigs = ["password", "jaas", "secret"];
/** What a client may send before it has signed in, beside its token. */
const openApis: ReadonlySet<number> = new Set([apiVersions.key, saslHandshake.key]);

const apiKeyBytes = 2;
const lengthsBeforeClientId = 8;

/**
 * How many of a request's first bytes may be kept: all, its header, or none. What holds passwords or tokens is not even
 * stored, so that it cannot be shown, copied or saved by mistake.
 */
export function keepableBytes(frame: Uint8Array, phase: "signedIn" | "signingIn" | "token"): number {
  if (phase === "token" || frame.length < apiKeyBytes) return 0;
  const apiKey = ((frame[0] ?? 0) << 8) | (frame[1] ?? 0);
  if (phase === "signingIn" && !openApis.has(apiKey)) {
    // Who is not signed in and says something else may have sent a token in the wrong place.
    return apiKey === saslAuthenticate.key ? headerBytes(frame) : 0;
  }
  if (secretApis.has(apiKey)) return headerBytes(frame);
  return configApis.has(apiKey) && setsSecret(frame) ? headerBytes(frame) : frame.length;
}

/** API, version, correlation id and client id: what every version of the header begins with. */
function headerBytes(frame: Uint8Array): number {
  const length = ((frame[lengthsBeforeClientId] ?? 0) << 8) | (frame[lengthsBeforeClientId + 1] ?? 0);
  const end = lengthsBeforeClientId + 2 + (length > 0x7fff ? 0 : length);
  return end <= frame.length ? end : 0;
}

function setsSecret(frame: Uint8Array): boolean {
  const text = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString("latin1").toLowerCase();
  return secretConfigs.some((word) => text.includes(word));
}
