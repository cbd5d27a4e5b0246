import type { Random } from "#base/random.ts";
import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { errorName } from "#protocol/errorCodes.ts";
import type { Ask } from "../apiVersionsQuestion.ts";
import { ConnectionError } from "../connectionError.ts";
import { type BrokerVersions, negotiate } from "../negotiation.ts";
import { startConversation } from "./saslConversation.ts";
import type { SaslCredentials } from "./saslCredentials.ts";
import { mostRounds, type SaslConversation, SaslFailure } from "./saslStep.ts";

/** What an authentication needs of the connection it runs on. */
export interface SaslSession {
  readonly broker: string;
  readonly versions: BrokerVersions;
  readonly random: Random;
  readonly ask: Ask;
  /** Sends a token with nothing but its size in front, as brokers before Kafka 1.0 want it. */
  readonly askBare: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** The broker knows us now. */
export interface Authenticated {
  /** For how long, when the broker sets a limit (KIP-368). */
  readonly sessionLifetimeMs: number | undefined;
}

/** Proves who we are. Throws ConnectionError `AUTHENTICATION_FAILED` or `UNSUPPORTED_MECHANISM`. */
export async function authenticate(
  credentials: SaslCredentials,
  session: SaslSession,
): Promise<Authenticated> {
  const version = await shakeHands(credentials, session);
  const conversation = startConversation(credentials, session.random);
  try {
    return await converse(conversation, version === 0 ? bareTokens(session) : wrappedTokens(session));
  } catch (error) {
    throw failure(error, { credentials, session, conversation });
  }
}

/** Agrees on the mechanism; gives the version of the handshake, which decides how tokens travel. */
async function shakeHands({ mechanism }: SaslCredentials, session: SaslSession): Promise<number> {
  const { broker, versions, ask } = session;
  if (!versions.has(saslHandshake.key)) throw noLoginHere(broker);
  const wrapped = versions.has(saslAuthenticate.key);
  const version = negotiate(saslHandshake, versions, { broker, versions: wrapped ? undefined : [0, 0] });
  const { errorCode, mechanisms } = await ask(saslHandshake, version, { mechanism });
  if (errorCode === 0) return version;
  // What a plaintext listener of Kafka says to a login.
  if (errorName(errorCode) === "ILLEGAL_SASL_STATE") throw noLoginHere(broker);
  const offers = mechanisms.length > 0 ? `it offers ${mechanisms.join(", ")}` : "it offers none";
  const message = `${broker} does not take ${mechanism} (${errorName(errorCode)}): ${offers}`;
  throw new ConnectionError("UNSUPPORTED_MECHANISM", message, { broker });
}

function noLoginHere(broker: string): ConnectionError {
  const message = `${broker} takes no login (SASL) on this port: connect without one, or take the port of its SASL listener`;
  return new ConnectionError("UNSUPPORTED_MECHANISM", message, { broker });
}

interface TokenAnswer {
  readonly bytes: Uint8Array;
  readonly sessionLifetimeMs: number | undefined;
}

type SendToken = (bytes: Uint8Array) => Promise<TokenAnswer>;

function bareTokens({ askBare }: SaslSession): SendToken {
  return async (bytes) => ({ bytes: await askBare(bytes), sessionLifetimeMs: undefined });
}

function wrappedTokens({ ask, broker, versions }: SaslSession): SendToken {
  const version = negotiate(saslAuthenticate, versions, { broker });
  return async (authBytes) => {
    const answer = await ask(saslAuthenticate, version, { authBytes });
    if (answer.errorCode !== 0) {
      const name = errorName(answer.errorCode);
      throw new SaslFailure(answer.errorMessage ? `${name}: ${answer.errorMessage}` : name);
    }
    const lifetime = Number(answer.sessionLifetimeMs);
    return { bytes: answer.authBytes, sessionLifetimeMs: lifetime > 0 ? lifetime : undefined };
  };
}

async function converse(conversation: SaslConversation, send: SendToken): Promise<Authenticated> {
  let token = await conversation.begin();
  for (let round = 0; round < mostRounds; round++) {
    const { bytes, sessionLifetimeMs } = await send(token);
    const step = conversation.next(bytes);
    if (step.type === "done") return { sessionLifetimeMs };
    token = step.bytes;
  }
  throw new SaslFailure("the broker does not come to an end");
}

/** What went wrong, in words that name mechanism and user, and never the secret. */
function failure(
  error: unknown,
  told: {
    readonly credentials: SaslCredentials;
    readonly session: SaslSession;
    readonly conversation: SaslConversation;
  },
): unknown {
  const { broker } = told.session;
  const { mechanism } = told.credentials;
  const { username, serverError } = told.conversation;
  const who = username === undefined ? mechanism : `${mechanism} as "${username}"`;
  const refused = (why: string) =>
    new ConnectionError("AUTHENTICATION_FAILED", `the login to ${broker} with ${who} failed: ${why}`, {
      broker,
      cause: error,
    });
  const more = serverError === undefined ? "" : ` (the server said: ${serverError})`;
  if (error instanceof SaslFailure) return refused(`${error.message}${more}`);
  if (ConnectionError.is(error, "CLOSED")) {
    // Older brokers, and bare tokens always, answer a wrong password by closing.
    return refused(`it closed the connection; the password or the user's rights may be wrong${more}`);
  }
  return error;
}
