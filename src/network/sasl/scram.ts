import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import type { Random } from "#base/random.ts";
import type { SaslCredentials } from "./saslCredentials.ts";
import { type SaslConversation, SaslFailure } from "./saslStep.ts";

/** RFC 7677 demands at least 4,096; above the upper bound a hostile server could stall us for seconds. */
const fewestIterations = 4_096;
const mostIterations = 1_000_000;

const digests = {
  "SCRAM-SHA-256": { name: "sha256", bytes: 32 },
  "SCRAM-SHA-512": { name: "sha512", bytes: 64 },
} as const;

type ScramCredentials = Extract<SaslCredentials, { readonly password: string }>;

/**
 * SCRAM (RFC 5802, RFC 7677): proves the password without sending it, and makes the server prove that it knows it too.
 *
 *   client-first ──▶ server-first ──▶ client-final ──▶ server-final
 *   name, nonce      nonce, salt,     proof            signature
 *                    iterations
 *
 * Name and password go in as plain UTF-8. The RFC wants them prepared by SASLprep, but Kafka derives its stored keys
 * without that: a prepared password would differ from the stored one exactly where preparing changes anything.
 *
 * Key derivation is synchronous, so that a simulated run stays deterministic (I2).
 */
export function scramConversation(credentials: ScramCredentials, random: Random): SaslConversation {
  const digest =
    credentials.mechanism === "SCRAM-SHA-512" ? digests["SCRAM-SHA-512"] : digests["SCRAM-SHA-256"];
  const nonce = Buffer.from(random.bytes(24)).toString("base64url");
  const clientFirstBare = `n=${saslName(credentials.username)},r=${nonce}`;
  let serverSignature: Buffer | undefined;

  const answerServerFirst = (serverFirst: string): string => {
    const challenge = readServerFirst(serverFirst, nonce);
    const salted = pbkdf2Sync(
      credentials.password,
      challenge.salt,
      challenge.iterations,
      digest.bytes,
      digest.name,
    );
    const hmac = (key: Uint8Array, text: string) =>
      createHmac(digest.name, key).update(text, "utf8").digest();
    const clientKey = hmac(salted, "Client Key");
    const storedKey = createHash(digest.name).update(clientKey).digest();
    // `biws` is base64 of `n,,`: no channel binding, no other identity.
    const withoutProof = `c=biws,r=${challenge.nonce}`;
    const signed = `${clientFirstBare},${serverFirst},${withoutProof}`;
    serverSignature = hmac(hmac(salted, "Server Key"), signed);
    return `${withoutProof},p=${exclusiveOr(clientKey, hmac(storedKey, signed)).toString("base64")}`;
  };

  return {
    username: credentials.username,
    begin: () => Promise.resolve(new TextEncoder().encode(`n,,${clientFirstBare}`)),
    next: (challenge) => {
      const text = new TextDecoder().decode(challenge);
      if (serverSignature === undefined) {
        return { type: "send", bytes: new TextEncoder().encode(answerServerFirst(text)) };
      }
      checkServerFinal(text, serverSignature);
      return { type: "done" };
    },
  };
}

/** The server's first message, checked. */
function readServerFirst(
  text: string,
  ourNonce: string,
): { readonly nonce: string; readonly salt: Buffer; readonly iterations: number } {
  const refusal = /^e=([^,]*)/.exec(text);
  if (refusal) throw new SaslFailure(`the broker refuses: ${refusal[1]}`);
  if (text.startsWith("m=")) throw new SaslFailure("the broker asks for a SCRAM extension that nobody knows");
  const match = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=(\d{1,10})(?:,.*)?$/.exec(text);
  const [, nonce, salt, iterationText] = match ?? [];
  if (nonce === undefined || salt === undefined)
    throw new SaslFailure("the broker's first SCRAM message is malformed");
  if (!nonce.startsWith(ourNonce) || nonce.length === ourNonce.length) {
    throw new SaslFailure("the broker's nonce does not continue ours: the answer is not to our question");
  }
  const iterations = Number(iterationText);
  if (iterations < fewestIterations || iterations > mostIterations) {
    throw new SaslFailure(
      `the broker wants ${iterations} iterations; between ${fewestIterations} and ${mostIterations} are accepted`,
    );
  }
  return { nonce, salt: Buffer.from(salt, "base64"), iterations };
}

function checkServerFinal(text: string, expected: Buffer): void {
  const refusal = /^e=([^,]*)/.exec(text);
  if (refusal) throw new SaslFailure(`the broker refuses: ${refusal[1]}`);
  const signature = Buffer.from(/^v=([A-Za-z0-9+/]+={0,2})/.exec(text)?.[1] ?? "", "base64");
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new SaslFailure("the broker did not prove that it knows the password: it may not be who it says");
  }
}

/** `=` and `,` are SCRAM's own. */
function saslName(username: string): string {
  return username.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

function exclusiveOr(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}
