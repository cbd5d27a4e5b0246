import { describe, expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { BrokerConnection } from "#network/brokerConnection.ts";
import { ConnectionError } from "#network/connectionError.ts";
import type { SaslCredentials } from "#network/sasl/saslCredentials.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { FakeBroker, failureOf, type Received, world } from "../fakeBroker.ts";
import { ScramServer } from "./scramServer.ts";

const at = { host: "broker", port: 9092 };
const beat = { groupId: "g", generationId: 1, memberId: "m" };
const plain = { mechanism: "PLAIN", username: "ann", password: "s3cret-w0rd" } as const;

function setUp() {
  const { clock, network } = world();
  const broker = new FakeBroker()
    .on(heartbeat, ({ answer }) => answer({ errorCode: 0 }))
    .on(saslHandshake, ({ answer }) => answer({ errorCode: 0, mechanisms: [] }))
    .on(saslAuthenticate, ({ answer }) =>
      answer({ errorCode: 0, errorMessage: null, authBytes: Uint8Array.of() }),
    );
  const open = async (sasl: SaslCredentials) => {
    await broker.listen(network, at);
    return BrokerConnection.open({
      endpoint: at,
      sasl,
      clientId: "test",
      transport: network,
      clock,
      random: seededRandom(1),
      connectTimeoutMs: 1_000,
      requestTimeoutMs: 5_000,
      maxFrameBytes: 1 << 20,
    });
  };
  return { clock, network, broker, open };
}

function refusal(detail: string | null = "Authentication failed: Invalid username or password") {
  return { errorCode: 58, errorMessage: detail, authBytes: Uint8Array.of() };
}

describe("authentication", () => {
  test("PLAIN sends name and password, and requests follow", async () => {
    const { clock, broker, open } = setUp();

    const connection = await clock.runUntil(open(plain));
    const { body } = await clock.runUntil(connection.send(heartbeat, beat));

    const tokens = broker
      .requests(saslAuthenticate)
      .map(({ body: token }) => Buffer.from(token.authBytes).toString());
    expect([tokens, body.errorCode]).toEqual([["\u0000ann\u0000s3cret-w0rd"], 0]);
    expect(broker.requests(saslHandshake)[0]?.body.mechanism).toBe("PLAIN");
  });

  test.each(["SCRAM-SHA-256", "SCRAM-SHA-512"] as const)("%s takes two rounds", async (mechanism) => {
    const { clock, broker, open } = setUp();
    const server = new ScramServer({ mechanism, password: "s3cret-w0rd" });
    let round = 0;
    broker.on(saslAuthenticate, ({ body, answer }) => {
      const authBytes = round++ === 0 ? server.first(body.authBytes) : server.final(body.authBytes);
      answer({ errorCode: 0, errorMessage: null, authBytes });
    });

    const connection = await clock.runUntil(open({ ...plain, mechanism }));

    expect([server.accepted, connection.end]).toEqual([true, undefined]);
  });

  test.each([
    [
      "PLAIN",
      /login to broker:9092 with PLAIN as "ann" failed: SASL_AUTHENTICATION_FAILED: Authentication failed/,
    ],
    ["SCRAM-SHA-512", /login to broker:9092 with SCRAM-SHA-512 as "ann" failed: SASL_AUTHENTICATION_FAILED/],
  ] as const)(
    "a wrong password with %s names mechanism and user, never the password",
    async (mechanism, message) => {
      const { clock, network, broker, open } = setUp();
      broker.on(saslAuthenticate, ({ answer }) => answer(refusal()));

      const failure = await clock.runUntil(failureOf(open({ ...plain, mechanism })));
      await clock.advance(100);

      expect(ConnectionError.is(failure, "AUTHENTICATION_FAILED") && failure.message).toMatch(message);
      expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain("s3cret");
      expect(network.connections).toEqual([]);
    },
  );

  test("a broker that only hangs up is understood as a refusal", async () => {
    const { clock, broker, open } = setUp();
    broker.on(saslAuthenticate, ({ stream }) => stream.dispose());

    const failure = await clock.runUntil(failureOf(open(plain)));

    expect(ConnectionError.is(failure, "AUTHENTICATION_FAILED") && failure.message).toMatch(
      /with PLAIN as "ann" failed: it closed the connection/,
    );
  });

  test("a mechanism the broker lacks is answered with those it has", async () => {
    const { clock, broker, open } = setUp();
    broker.on(saslHandshake, ({ answer }) =>
      answer({ errorCode: 33, mechanisms: ["SCRAM-SHA-256", "OAUTHBEARER"] }),
    );

    const failure = await clock.runUntil(failureOf(open(plain)));

    expect(ConnectionError.is(failure, "UNSUPPORTED_MECHANISM") && failure.message).toBe(
      "broker:9092 does not take PLAIN (UNSUPPORTED_SASL_MECHANISM): it offers SCRAM-SHA-256, OAUTHBEARER",
    );
  });

  test.each([
    ["does not know the handshake", [heartbeat.key], 0],
    ["says that a login is out of place", [heartbeat.key, saslHandshake.key], 34],
  ])("a listener that %s takes no login", async (_name, keys, errorCode) => {
    const { clock, broker, open } = setUp();
    broker.offered = keys.map((apiKey) => ({ apiKey, minVersion: 0, maxVersion: 1 }));
    broker.on(saslHandshake, ({ answer }) => answer({ errorCode, mechanisms: [] }));

    const failure = await clock.runUntil(failureOf(open(plain)));

    expect(ConnectionError.is(failure, "UNSUPPORTED_MECHANISM") && failure.message).toMatch(/takes no login/);
  });

  test("a name that would shift the password is not sent", async () => {
    const { clock, broker, open } = setUp();

    const failure = await clock.runUntil(failureOf(open({ ...plain, username: "ann\u0000admin" })));

    expect(ConnectionError.is(failure, "AUTHENTICATION_FAILED") && failure.message).toMatch(/U\+0000/);
    expect(broker.requests(saslAuthenticate)).toEqual([]);
  });

  test("an older broker gets bare tokens after SaslHandshake v0", async () => {
    const { clock, broker, open } = setUp();
    const tokens: string[] = [];
    broker.offered = [
      { apiKey: saslHandshake.key, minVersion: 0, maxVersion: 0 },
      { apiKey: heartbeat.key, minVersion: 0, maxVersion: 1 },
    ];
    broker.on(saslHandshake, ({ answer }) => {
      answer({ errorCode: 0, mechanisms: ["PLAIN"] });
      broker.onBareToken = (token, stream) => {
        tokens.push(Buffer.from(token).toString());
        broker.onBareToken = undefined;
        stream.write(Uint8Array.of(0, 0, 0, 0));
      };
    });

    const connection = await clock.runUntil(open(plain));
    const { body } = await clock.runUntil(connection.send(heartbeat, beat));

    expect([tokens, body.errorCode]).toEqual([["\u0000ann\u0000s3cret-w0rd"], 0]);
  });
});

describe("OAUTHBEARER", () => {
  const bearer = (token: string, extensions?: Record<string, string>) =>
    ({ mechanism: "OAUTHBEARER", token: () => Promise.resolve(token), extensions }) as const;

  test("sends token and extensions", async () => {
    const { clock, broker, open } = setUp();

    await clock.runUntil(open(bearer("abc.def-ghi=", { logicalCluster: "lkc-1" })));

    const [first] = broker.requests(saslAuthenticate);
    expect(Buffer.from(first?.body.authBytes ?? []).toString()).toBe(
      "n,,\u0001auth=Bearer abc.def-ghi=\u0001logicalCluster=lkc-1\u0001\u0001",
    );
  });

  test("the server's reason from the second round is told", async () => {
    const { clock, broker, open } = setUp();
    const tokens: Uint8Array[] = [];
    broker.on(saslAuthenticate, ({ body, answer }) => {
      tokens.push(body.authBytes);
      if (tokens.length > 1) answer(refusal(null));
      else {
        const authBytes = Buffer.from('{"status":"invalid_token","scope":"kafka"}');
        answer({ errorCode: 0, errorMessage: null, authBytes });
      }
    });

    const failure = await clock.runUntil(failureOf(open(bearer("t0ken"))));

    expect(ConnectionError.is(failure, "AUTHENTICATION_FAILED") && failure.message).toBe(
      "the login to broker:9092 with OAUTHBEARER failed: SASL_AUTHENTICATION_FAILED (the server said: status invalid_token, scope kafka)",
    );
    expect(tokens[1]).toEqual(Uint8Array.of(1));
    expect(String(failure)).not.toContain("t0ken");
  });

  test.each([
    ["is empty", "  ", undefined, /the token is empty/],
    ["could smuggle a field", "abc\u0001auth=x", undefined, /characters no token may have/],
    ["comes with a malformed extension", "abc", { "a=b": "c" }, /cannot name an extension/],
    ["comes with an unprintable extension", "abc", { a: "\u0001" }, /unprintable/],
  ])("a token that %s is not sent", async (_name, token, extensions, message) => {
    const { clock, broker, open } = setUp();

    const failure = await clock.runUntil(failureOf(open(bearer(token, extensions))));

    expect(ConnectionError.is(failure, "AUTHENTICATION_FAILED") && failure.message).toMatch(message);
    expect(broker.requests(saslAuthenticate)).toEqual([]);
  });

  test("a token that cannot be had, or never comes, ends the attempt", async () => {
    const failing = setUp();
    const hanging = setUp();

    const failed = await failing.clock.runUntil(
      failureOf(
        failing.open({ mechanism: "OAUTHBEARER", token: () => Promise.reject(new Error("exit code 1")) }),
      ),
    );
    const timedOut = await hanging.clock.runUntil(
      failureOf(hanging.open({ mechanism: "OAUTHBEARER", token: () => new Promise(() => {}) })),
    );

    expect(ConnectionError.is(failed, "AUTHENTICATION_FAILED") && failed.message).toMatch(
      /no token.*exit code 1/,
    );
    expect(ConnectionError.is(timedOut, "TIMEOUT")).toBe(true);
  });
});

describe("a session with a lifetime (KIP-368)", () => {
  function limited() {
    const parts = setUp();
    parts.broker.on(saslAuthenticate, ({ answer }) =>
      answer({ errorCode: 0, errorMessage: null, authBytes: Uint8Array.of(), sessionLifetimeMs: 60_000n }),
    );
    return parts;
  }

  test("is renewed on the same connection before it ends, again and again", async () => {
    const { clock, broker, open } = limited();
    const connection = await clock.runUntil(open(plain));

    await clock.advance(50_000);
    const early = broker.requests(saslAuthenticate).length;
    await clock.advance(130_000);

    expect([early, broker.requests(saslAuthenticate).length]).toEqual([1, 4]);
    expect([connection.end, broker.streams.length]).toEqual([undefined, 1]);
  });

  test("is renewed between two requests: nothing comes into the conversation", async () => {
    const { clock, broker, open } = limited();
    let held: Received<typeof offsetCommit> | undefined;
    broker.on(offsetCommit, (request) => {
      held = request;
    });
    const connection = await clock.runUntil(open(plain));

    const commit = connection.send(offsetCommit, { groupId: "g", topics: [] }, { timeoutMs: 120_000 });
    await clock.advance(58_000);
    const beats = connection.send(heartbeat, beat);
    await clock.advance(1_000);
    const whileHeld = broker.received.map(({ api }) => api.name);
    held?.answer({ topics: [] });
    await clock.runUntil(Promise.all([commit, beats]));

    expect(whileHeld.slice(3)).toEqual(["OffsetCommit"]);
    expect(broker.received.map(({ api }) => api.name).slice(3)).toEqual([
      "OffsetCommit",
      "SaslHandshake",
      "SaslAuthenticate",
      "Heartbeat",
    ]);
  });

  test("a renewal that is refused ends the connection with the reason", async () => {
    const { clock, broker, open } = limited();
    const connection = await clock.runUntil(open(plain));
    broker.on(saslAuthenticate, ({ answer }) => answer(refusal("account disabled")));

    await clock.advance(60_000);

    expect(ConnectionError.is(connection.end, "AUTHENTICATION_FAILED") && connection.end.message).toMatch(
      /account disabled/,
    );
  });

  test("a request that waits for a renewal that is refused never left", async () => {
    const { clock, broker, open } = limited();
    const connection = await clock.runUntil(open(plain));
    const sent: Promise<unknown>[] = [];
    broker.on(saslAuthenticate, ({ answer }) => {
      sent.push(failureOf(connection.send(heartbeat, beat)));
      answer(refusal("account disabled"));
    });

    await clock.advance(60_000);
    const failures = await clock.runUntil(Promise.all(sent));

    expect(failures.map((failure) => ConnectionError.is(failure) && failure.unsent)).toEqual([true]);
    expect(broker.requests(heartbeat)).toEqual([]);
  });
});
