import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import type { Random } from "#base/random.ts";
import { isKafka4, type KafkaRelease, newestRelease } from "../versions/kafkaReleases.ts";

/** Ways to sign in that the playground knows. */
export type SaslMechanism = "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";

/** Who may use the playground, and how they prove who they are. */
export interface SaslSettings {
  readonly mechanisms: readonly SaslMechanism[];
  readonly users: readonly { readonly username: string; readonly password: string }[];
}

/** What a token leads to. */
export type SaslStep =
  | { readonly type: "answer"; readonly token: Uint8Array; readonly isDone: boolean }
  | { readonly type: "refused"; readonly message: string };

/** One attempt to sign in. */
export interface SaslExchange {
  take(token: Uint8Array): SaslStep;
}

const iterations = 4_096;
const digests = { "SCRAM-SHA-256": ["sha256", 32], "SCRAM-SHA-512": ["sha512", 64] } as const;
const noToken = new Uint8Array(0);

interface ScramKeys {
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** The users of a playground, with what SCRAM keeps of their passwords; worked out once for each and mechanism. */
export class SaslUsers {
  readonly mechanisms: readonly SaslMechanism[];
  readonly #random: Random;
  readonly #release: KafkaRelease;
  readonly #passwords: ReadonlyMap<string, string>;
  readonly #keys = new Map<string, ScramKeys>();

  constructor({ mechanisms, users }: SaslSettings, random: Random, release: KafkaRelease = newestRelease) {
    this.mechanisms = mechanisms;
    this.#release = release;
    this.#random = random;
    this.#passwords = new Map(users.map(({ username, password }) => [username, password]));
  }

  begin(mechanism: SaslMechanism): SaslExchange {
    return mechanism === "PLAIN" ? { take: (token) => this.#plain(token) } : this.#scram(mechanism);
  }

  /** RFC 4616: authorization id, name and password, each behind a zero byte. */
  #plain(token: Uint8Array): SaslStep {
    const [authorizationId, username, password, ...more] = new TextDecoder().decode(token).split("\0");
    const known = username === undefined ? undefined : this.#passwords.get(username);
    const isKnown = known !== undefined && password !== undefined && isSame(known, password);
    const isOneself = authorizationId === "" || authorizationId === username;
    if (isKnown && isOneself && more.length === 0) return { type: "answer", token: noToken, isDone: true };
    return { type: "refused", message: "Authentication failed: Invalid username or password" };
  }

  /** RFC 5802: two questions and two answers, neither of which holds the password. */
  #scram(mechanism: keyof typeof digests): SaslExchange {
    const [digest] = digests[mechanism];
    const refused: SaslStep = {
      type: "refused",
      message: `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`,
    };
    let begun: { readonly keys: ScramKeys; readonly nonce: string; readonly signed: string } | undefined;

    const first = (text: string): SaslStep => {
      const match = /^n,(?:a=[^,]*)?,((?:m=[^,]*,)?n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?)$/.exec(text);
      const [, bare, name, clientNonce] = match ?? [];
      const keys = name === undefined ? undefined : this.#keysOf(mechanism, unescaped(name));
      if (bare === undefined || keys === undefined) return refused;
      const nonce = `${clientNonce}${Buffer.from(this.#random.bytes(18)).toString("base64url")}`;
      const answer = `r=${nonce},s=${keys.salt.toString("base64")},i=${iterations}`;
      begun = { keys, nonce, signed: `${bare},${answer}` };
      return { type: "answer", token: Buffer.from(answer), isDone: false };
    };

    const last = (text: string, { keys, nonce, signed }: NonNullable<typeof begun>): SaslStep => {
      const match = /^(c=[^,]*,r=([^,]*)(?:,[^p][^,]*)*),p=([A-Za-z0-9+/]+={0,2})$/.exec(text);
      const [, withoutProof, echoed, proofText = ""] = match ?? [];
      // Before Kafka 4 what a client puts in front of the nonce is passed over.
      const isOurs = isKafka4(this.#release) ? echoed === nonce : echoed?.endsWith(nonce) === true;
      if (!isOurs) return refused;
      const message = `${signed},${withoutProof}`;
      const clientSignature = createHmac(digest, keys.storedKey).update(message).digest();
      const proof = Buffer.from(proofText, "base64");
      if (proof.length !== clientSignature.length) return refused;
      const clientKey = Buffer.from(proof.map((byte, index) => byte ^ (clientSignature[index] ?? 0)));
      const storedKey = createHash(digest).update(clientKey).digest();
      if (!timingSafeEqual(storedKey, keys.storedKey)) return refused;
      const signature = createHmac(digest, keys.serverKey).update(message).digest("base64");
      return { type: "answer", token: Buffer.from(`v=${signature}`), isDone: true };
    };

    return {
      take(token) {
        const text = new TextDecoder().decode(token);
        return begun === undefined ? first(text) : last(text, begun);
      },
    };
  }

  #keysOf(mechanism: keyof typeof digests, username: string): ScramKeys | undefined {
    const password = this.#passwords.get(username);
    if (password === undefined) return undefined;
    const id = JSON.stringify([mechanism, username]);
    let keys = this.#keys.get(id);
    if (keys === undefined) {
      const [digest, bytes] = digests[mechanism];
      const salt = Buffer.from(this.#random.bytes(16));
      const salted = pbkdf2Sync(password, salt, iterations, bytes, digest);
      const clientKey = createHmac(digest, salted).update("Client Key").digest();
      const storedKey = createHash(digest).update(clientKey).digest();
      const serverKey = createHmac(digest, salted).update("Server Key").digest();
      keys = { salt, storedKey, serverKey };
      this.#keys.set(id, keys);
    }
    return keys;
  }
}

function unescaped(name: string): string {
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
