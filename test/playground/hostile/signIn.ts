import { type Random, randomInt } from "#base/random.ts";
import { scramConversation } from "#network/sasl/scram.ts";
import type { SaslMechanism, SaslSettings } from "#playground/server/saslUsers.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { decodeResponse, encodeRequest } from "#protocol/message.ts";
import type { RawClient } from "../rawClient.ts";
import { mutated, pick, randomBytes, withSize } from "./mutate.ts";

/** Whom the playground under attack lets in. */
export const hostileSasl: SaslSettings = {
  mechanisms: ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"],
  users: [{ username: "ann", password: "secret" }],
};

const [{ username, password } = { username: "", password: "" }] = hostileSasl.users;
const plainToken = Buffer.from(`\0${username}\0${password}`);
const authenticateVersion = 2;

/** Comes in, as every client would. */
export async function signInHonestly(client: RawClient): Promise<void> {
  await client.call(saslHandshake, { mechanism: "PLAIN" });
  const { errorCode } = await client.call(saslAuthenticate, { authBytes: plainToken });
  if (errorCode !== 0) throw new Error(`an honest client was refused: ${errorCode}`);
}

/**
 * A client that begins to sign in as an honest one does and deviates at any step: a token that is none, a request out of
 * turn, one that is mutated, a size that nobody could mean. Who got in signs in again in the middle of mutated requests.
 */
export async function hostileSignIn(
  random: Random,
  samples: () => readonly Uint8Array[],
): Promise<Generator<Uint8Array, void, Uint8Array | undefined>> {
  // The proof of SCRAM is what takes time here.
  const mechanism = random.next() < 0.5 ? "PLAIN" : pick(hostileSasl.mechanisms, random);
  const scram =
    mechanism === "PLAIN" ? undefined : scramConversation({ mechanism, username, password }, random);
  const first = scram === undefined ? plainToken : await scram.begin();
  /** KIP-43: after a handshake of version 0 tokens come bare. */
  const isBare = random.next() < 0.3;
  const framed = (token: Uint8Array) => (isBare ? bare(token) : authenticate(token, random));
  const unwrapped = (answer: Uint8Array) => (isBare ? answer : authBytesOf(answer));

  /** What an honest client would send, and what it does once it is in. */
  function* honestly(): Generator<Uint8Array, void, Uint8Array | undefined> {
    if (random.next() < 0.5) yield askVersions();
    yield handshake(mechanism, isBare ? 0 : 1);
    const challenge = yield framed(first);
    const proof = scram && challenge && proofFor(scram, unwrapped(challenge));
    if (proof !== undefined) yield framed(proof);
    for (;;) yield mutated(samples(), random);
  }

  return (function* () {
    const steps = honestly();
    let answer: Uint8Array | undefined;
    for (;;) {
      const honest = steps.next(answer).value ?? new Uint8Array(4);
      while (random.next() < 0.1) yield pick(outOfTurn, random)(random, samples());
      answer = yield random.next() < 0.8 ? honest : pick(instead, random)(random, honest);
    }
  })();
}

/** Requests that may come where they do not belong: before, within and after signing in. */
const outOfTurn: readonly ((random: Random, samples: readonly Uint8Array[]) => Uint8Array)[] = [
  (random, samples) => pick(samples, random),
  (random, samples) => mutated(samples, random),
  (random) =>
    handshake(
      pick([...hostileSasl.mechanisms, "", "GSSAPI", "x".repeat(5_000)], random),
      pick([0, 1], random),
    ),
  (random) => authenticate(hostileToken(random), random),
  (random) => bare(hostileToken(random)),
  () => askVersions(),
];

/** What comes in place of the step that is due. */
const instead: readonly ((random: Random, honest: Uint8Array) => Uint8Array)[] = [
  mutatedOnce,
  mutatedOnce,
  (random) => authenticate(hostileToken(random), random),
  (random) => bare(hostileToken(random)),
  announcesTooMuch,
];

/** What was cut short before has too little left to be changed once more. */
function mutatedOnce(random: Random, honest: Uint8Array): Uint8Array {
  return honest.length < 16 ? honest : mutated([honest], random);
}

/** Sizes that a client may announce and never send, some of them within what a client that is known may send. */
function announcesTooMuch(random: Random, honest: Uint8Array): Uint8Array {
  const frame = honest.slice();
  const size = pick([0x7fff_ffff, 0x00ff_ffff, 0x0010_0000, -1, 0], random);
  new DataView(frame.buffer, frame.byteOffset).setInt32(0, size);
  return frame;
}

function hostileToken(random: Random): Uint8Array {
  const length = random.next() < 0.02 ? 700_000 : randomInt(random, 300);
  const text = pick(
    [
      "",
      "\0",
      "\0".repeat(length),
      ",".repeat(length),
      `\0${username}\0guessed`,
      `\0nobody\0${password}`,
      `bob\0${username}\0${password}`,
      `n,,n=${username},r=`,
      `n,,n=${username},r=${"r".repeat(length)}`,
      `n,,n=${"=2C".repeat(length)},r=abc`,
      `y,a=${username},m=ext,n=${username},r=abc`,
      `c=biws,r=${"r".repeat(length)},p=${"A".repeat(length)}`,
      `c=biws,r=${",x".repeat(length)},p=AAAA`,
    ],
    random,
  );
  return random.next() < 0.2 ? randomBytes(random, Math.min(length, 300)) : Buffer.from(text);
}

function handshake(mechanism: SaslMechanism | string, version: number): Uint8Array {
  return encodeRequest(saslHandshake, { version, correlationId: 1, clientId: "hostile" }, { mechanism });
}

function authenticate(authBytes: Uint8Array, random: Random): Uint8Array {
  // All of them have the same answer here, but for a field that is passed over.
  const version = random.next() < 0.9 ? authenticateVersion : pick([0, 1], random);
  return encodeRequest(saslAuthenticate, { version, correlationId: 1, clientId: "hostile" }, { authBytes });
}

function askVersions(): Uint8Array {
  return encodeRequest(
    apiVersions,
    { version: 3, correlationId: 1, clientId: "hostile" },
    { clientSoftwareName: "hostile", clientSoftwareVersion: "1" },
  );
}

function bare(token: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + token.length);
  frame.set(token, 4);
  return withSize(frame);
}

function authBytesOf(answer: Uint8Array): Uint8Array {
  const decoded = decodeResponse(saslAuthenticate, authenticateVersion, answer);
  return decoded.ok ? decoded.value.body.authBytes : new Uint8Array(0);
}

/** The proof, if what the broker said was its challenge. */
function proofFor(
  scram: ReturnType<typeof scramConversation>,
  challenge: Uint8Array,
): Uint8Array | undefined {
  try {
    const step = scram.next(challenge);
    return step.type === "send" ? step.bytes : undefined;
  } catch {
    return undefined;
  }
}
