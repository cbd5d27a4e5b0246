import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { scramConversation } from "#network/sasl/scram.ts";
import type { PlaygroundSettingsInput } from "#playground/settings.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { errorName } from "#protocol/errorCodes.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const sasl: NonNullable<PlaygroundSettingsInput["sasl"]> = {
  mechanisms: ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"],
  users: [{ username: "ann,a=1", password: "secret" }],
};

async function connected(settings: PlaygroundSettingsInput = { sasl }) {
  const simulated = await SimulatedPlayground.start({ settings });
  const client = await simulated.connect();
  return { simulated, client };
}

function plain(password: string): Uint8Array {
  return new TextEncoder().encode(`\0ann,a=1\0${password}`);
}

async function handshake(simulated: SimulatedPlayground, client: RawClient, mechanism: string, version = 1) {
  return simulated.run(client.call(saslHandshake, { mechanism }, { version }));
}

async function authenticate(simulated: SimulatedPlayground, client: RawClient, authBytes: Uint8Array) {
  return simulated.run(client.call(saslAuthenticate, { authBytes }));
}

test("ApiVersions is answered before a client has signed in, and everything after", async () => {
  const { simulated, client } = await connected();

  const before = await simulated.run(
    client.call(apiVersions, { clientSoftwareName: "x", clientSoftwareVersion: "1" }),
  );
  await handshake(simulated, client, "PLAIN");
  const signedIn = await authenticate(simulated, client, plain("secret"));
  const after = await simulated.run(client.call(metadata, { topics: [] }));

  expect(before.errorCode).toBe(0);
  expect(before.apiKeys.map(({ apiKey }) => apiKey)).toEqual(expect.arrayContaining([17, 36]));
  expect(signedIn).toMatchObject({ errorCode: 0, sessionLifetimeMs: 0n });
  expect(after.brokers).toHaveLength(1);
});

test("any other request before that ends the connection", async () => {
  const { simulated, client } = await connected();

  const asked = client.call(metadata, { topics: [] });

  await expect(simulated.run(asked)).rejects.toThrow("closed");
  expect(simulated.ended[0]?.reason).toBe("API key 3 came before the client had signed in");
});

test("a mechanism that is not enabled is refused with those that are", async () => {
  const { simulated, client } = await connected({ sasl: { ...sasl, mechanisms: ["SCRAM-SHA-512"] } });

  const answer = await handshake(simulated, client, "PLAIN");

  expect(errorName(answer.errorCode)).toBe("UNSUPPORTED_SASL_MECHANISM");
  expect(answer.mechanisms).toEqual(["SCRAM-SHA-512"]);
  await simulated.run(client.closed);
});

test("a wrong password is answered, then the connection ends, and nothing tells the secret", async () => {
  const { simulated, client } = await connected();
  await handshake(simulated, client, "PLAIN");

  const answer = await authenticate(simulated, client, plain("guessed"));

  expect(errorName(answer.errorCode)).toBe("SASL_AUTHENTICATION_FAILED");
  expect(answer.errorMessage).toBe("Authentication failed: Invalid username or password");
  await simulated.run(client.closed);
  expect(simulated.ended[0]?.reason).toBe("the client could not sign in");
  const told = JSON.stringify([simulated.ended, simulated.observed.map(({ type }) => type)]);
  expect(told).not.toMatch(/guessed|secret|ann/);
});

describe.each(["SCRAM-SHA-256", "SCRAM-SHA-512"] as const)("%s", (mechanism) => {
  async function signIn(password: string) {
    const { simulated, client } = await connected();
    const conversation = scramConversation({ mechanism, username: "ann,a=1", password }, seededRandom(3));
    await handshake(simulated, client, mechanism);
    const challenge = await authenticate(simulated, client, await conversation.begin());
    const step = conversation.next(challenge.authBytes);
    if (step.type !== "send") throw new Error(step.type);
    const answer = await authenticate(simulated, client, step.bytes);
    return { simulated, client, conversation, answer };
  }

  test("lets in who knows the password, and proves that the broker does", async () => {
    const { simulated, client, conversation, answer } = await signIn("secret");

    expect(answer.errorCode).toBe(0);
    expect(conversation.next(answer.authBytes)).toEqual({ type: "done" });
    expect((await simulated.run(client.call(metadata, { topics: [] }))).brokers).toHaveLength(1);
  });

  test("refuses who does not", async () => {
    const { answer } = await signIn("guessed");

    expect(errorName(answer.errorCode)).toBe("SASL_AUTHENTICATION_FAILED");
  });
});

test("after a handshake of version 0 tokens come bare", async () => {
  const { simulated, client } = await connected();
  await handshake(simulated, client, "PLAIN", 0);
  const token = plain("secret");
  const frame = new Uint8Array(4 + token.length);
  new DataView(frame.buffer).setInt32(0, token.length);
  frame.set(token, 4);

  client.write(frame);
  const answer = await simulated.run(client.nextFrame());

  expect(answer).toHaveLength(0);
  expect((await simulated.run(client.call(metadata, { topics: [] }))).brokers).toHaveLength(1);
});

test("where nobody has to sign in, an attempt is an illegal state", async () => {
  const { simulated, client } = await connected({});

  const answer = await handshake(simulated, client, "PLAIN");

  expect(errorName(answer.errorCode)).toBe("ILLEGAL_SASL_STATE");
});

test("faults act on requests of signing in as on any other", async () => {
  const { simulated, client } = await connected();
  const faultOf = (api: string, code: "UNKNOWN_SERVER_ERROR" | "SASL_AUTHENTICATION_FAILED") =>
    simulated.playground.addFault({ match: { api }, action: { kind: "error", code }, times: 1 });
  faultOf("SaslHandshake", "UNKNOWN_SERVER_ERROR");
  faultOf("SaslAuthenticate", "SASL_AUTHENTICATION_FAILED");

  const answers = [
    await handshake(simulated, client, "PLAIN"),
    await handshake(simulated, client, "PLAIN"),
    await authenticate(simulated, client, plain("secret")),
    await authenticate(simulated, client, plain("secret")),
  ];

  expect(answers.map(({ errorCode }) => errorName(errorCode))).toEqual([
    "UNKNOWN_SERVER_ERROR",
    "NONE",
    "SASL_AUTHENTICATION_FAILED",
    "NONE",
  ]);
  expect(simulated.playground.faults().map(({ hits }) => hits)).toEqual([1, 1]);
});

/** Signs in by hand, with something in front of the nonce that was given. */
async function scramWithLongerNonce(settings: PlaygroundSettingsInput) {
  const { simulated, client } = await connected(settings);
  await handshake(simulated, client, "SCRAM-SHA-256");
  const say = (text: string) => authenticate(simulated, client, new TextEncoder().encode(text));
  const bare = "n=ann=2Ca=3D1,r=mine";
  const first = new TextDecoder().decode((await say(`n,,${bare}`)).authBytes);
  const [, nonce = "", salt = "", iterations] = /^r=(.*),s=(.*),i=(\d+)$/.exec(first) ?? [];
  const salted = pbkdf2Sync("secret", Buffer.from(salt, "base64"), Number(iterations), 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest();
  const withoutProof = `c=biws,r=more-${nonce}`;
  const signature = createHmac("sha256", storedKey).update(`${bare},${first},${withoutProof}`).digest();
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))).toString(
    "base64",
  );
  return errorName((await say(`${withoutProof},p=${proof}`)).errorCode);
}

test.each([
  ["3.9", "NONE"],
  ["4.3", "SASL_AUTHENTICATION_FAILED"],
] as const)("a nonce that only ends as it should leads to, in Kafka %s: %s", async (kafkaVersion, error) => {
  expect(await scramWithLongerNonce({ sasl, kafkaVersion })).toBe(error);
});

describe("a client that has not signed in", () => {
  const announcing = (bytes: number) => {
    const size = new Uint8Array(4);
    new DataView(size.buffer).setInt32(0, bytes);
    return size;
  };

  test("cannot make the playground wait for megabytes: announcing them ends the connection", async () => {
    const { simulated, client } = await connected();

    client.write(announcing(16 * 1024 * 1024));
    await simulated.run(client.closed);

    expect(simulated.ended.map(({ reason }) => reason)).toEqual([
      "a client that had not signed in announced more bytes than such a client may send",
    ]);
  });

  test("nor can one that is in the middle of it", async () => {
    const { simulated, client } = await connected();
    await handshake(simulated, client, "SCRAM-SHA-512");

    client.write(announcing(512 * 1024 + 1));
    await simulated.run(client.closed);

    expect(simulated.ended).toHaveLength(1);
  });

  test("may send as much as anybody once it has", async () => {
    const { simulated, client } = await connected();
    await handshake(simulated, client, "PLAIN");
    await authenticate(simulated, client, plain("secret"));
    const topics = Array.from({ length: 60_000 }, (_, index) => ({
      name: `a-topic-of-some-length-${index}`,
    }));

    const answer = await simulated.run(client.call(metadata, { topics }));

    expect(answer.brokers).toHaveLength(1);
  });
});
