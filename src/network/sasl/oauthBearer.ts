import { isJsonObject, parseJson } from "#base/json.ts";
import type { SaslCredentials } from "./saslCredentials.ts";
import { type SaslConversation, SaslFailure } from "./saslStep.ts";

const separator = "\u0001";

/** What RFC 6750 allows in a bearer token: anything else could smuggle fields into the message. */
const tokenPattern = /^[A-Za-z0-9\-._~+/]+=*$/;

/** KIP-342: names are letters, values are printable; `auth` is the token's own. */
const extensionName = /^[A-Za-z]+$/;
const extensionValue = /^[\x21-\x7e \t\r\n]*$/;

/**
 * OAUTHBEARER (RFC 7628, KIP-255). A refusal comes in two rounds: the server sends a JSON text that says why, the
 * client answers with one byte, and only then the authentication fails. The text is kept for the error.
 */
export function oauthBearerConversation(
  credentials: Extract<SaslCredentials, { mechanism: "OAUTHBEARER" }>,
): SaslConversation {
  let serverError: string | undefined;
  return {
    username: undefined,
    get serverError() {
      return serverError;
    },
    begin: async () => {
      const token = (await fetchToken(credentials.token)).trim();
      if (!tokenPattern.test(token)) {
        throw new SaslFailure(
          token === "" ? "the token is empty" : "the token has characters no token may have",
        );
      }
      const fields = [`auth=Bearer ${token}`, ...extensionFields(credentials.extensions ?? {})];
      return new TextEncoder().encode(`n,,${separator}${fields.join(separator)}${separator}${separator}`);
    },
    next: (challenge) => {
      if (challenge.length === 0) return { type: "done" };
      serverError = refusalText(new TextDecoder().decode(challenge.subarray(0, 4_096)));
      return { type: "send", bytes: Uint8Array.of(1) };
    },
  };
}

async function fetchToken(token: () => Promise<string>): Promise<string> {
  try {
    return await token();
  } catch (cause) {
    throw new SaslFailure(`no token was given: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function extensionFields(extensions: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(extensions).map(([name, value]) => {
    if (!extensionName.test(name) || name === "auth")
      throw new SaslFailure(`"${name}" cannot name an extension`);
    if (!extensionValue.test(value)) throw new SaslFailure(`the extension ${name} has an unprintable value`);
    return `${name}=${value}`;
  });
}

/** The server's JSON in words, or as it is. */
function refusalText(text: string): string {
  const refusal = parseJson(text);
  if (!isJsonObject(refusal)) return text;
  const said = ["status", "scope", "openid-configuration"].flatMap((key) => {
    const value = refusal[key];
    return typeof value === "string" && value !== "" ? [`${key} ${value}`] : [];
  });
  return said.length > 0 ? said.join(", ") : text;
}
