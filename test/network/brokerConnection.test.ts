import { describe, expect, test } from "vitest";
import { CancelledError } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { ConnectError } from "#base/transport.ts";
import { BrokerConnection, type BrokerConnectionOptions } from "#network/brokerConnection.ts";
import { ConnectionError } from "#network/connectionError.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { produce } from "#protocol/apis/produce.ts";
import { encodeResponse } from "#protocol/message.ts";
import { FakeBroker, failureOf, type Received, world } from "./fakeBroker.ts";

const at = { host: "broker", port: 9092 };
const beat = { groupId: "g", generationId: 1, memberId: "m" };
const commit = { groupId: "g", memberId: "m", topics: [] };

function setUp(
  options: Partial<BrokerConnectionOptions> & { cutChance?: number; bufferBytes?: number } = {},
) {
  const { cutChance, bufferBytes, ...connectionOptions } = options;
  const { clock, network } = world({
    ...(cutChance === undefined ? {} : { cutChance }),
    ...(bufferBytes === undefined ? {} : { bufferBytes }),
  });
  const broker = new FakeBroker()
    .on(heartbeat, ({ answer }) => answer({ errorCode: 0 }))
    .on(offsetCommit, () => {})
    .on(listGroups, ({ answer }) => answer({ errorCode: 0, groups: [] }))
    .on(produce, () => {});
  const open = async (signal?: AbortSignal) => {
    await broker.listen(network, at);
    return BrokerConnection.open(
      {
        endpoint: at,
        clientId: "test",
        transport: network,
        clock,
        random: seededRandom(1),
        connectTimeoutMs: 1_000,
        requestTimeoutMs: 5_000,
        maxFrameBytes: 1 << 20,
        ...connectionOptions,
      },
      signal,
    );
  };
  const connected = async () => clock.runUntil(open());
  return { clock, network, broker, open, connected };
}

describe("opening", () => {
  test("asks for versions in our newest, and speaks the newest both know", async () => {
    const { clock, broker, connected } = setUp();
    broker.offered = [
      { apiKey: 18, minVersion: 0, maxVersion: 9 },
      { apiKey: 12, minVersion: 0, maxVersion: 2 },
    ];

    const connection = await connected();
    const { version } = await clock.runUntil(connection.send(heartbeat, beat));

    expect(broker.requests(apiVersions).map((request) => request.version)).toEqual([5]);
    expect([version, connection.supportedVersions(heartbeat)]).toEqual([2, [0, 2]]);
    expect(connection.supportedVersions(listGroups)).toBeUndefined();
  });

  test.each([
    ["names the versions it knows", [{ apiKey: 18, minVersion: 0, maxVersion: 2 }], [5, 2]],
    ["names none", [], [5, 0]],
  ])("falls back when an older broker refuses the question and %s", async (_name, apiKeys, versions) => {
    const { broker, connected } = setUp();
    broker.on(apiVersions, ({ version, correlationId, answer, raw }) => {
      const offered = [{ apiKey: 12, minVersion: 0, maxVersion: 4 }];
      if (version <= 2) answer({ errorCode: 0, apiKeys: offered });
      // KIP-511: refused in version 0, whatever was asked.
      else raw(encodeResponse(apiVersions, { version: 0, correlationId }, { errorCode: 35, apiKeys }));
    });

    const connection = await connected();

    expect(broker.requests(apiVersions).map((request) => request.version)).toEqual(versions);
    expect(connection.supportedVersions(heartbeat)).toEqual([0, 4]);
  });

  test("a broker that knows no version of the question is said to be foreign", async () => {
    const { clock, broker, open } = setUp();
    broker.on(apiVersions, ({ correlationId, raw }) =>
      raw(encodeResponse(apiVersions, { version: 0, correlationId }, { errorCode: 35, apiKeys: [] })),
    );

    const failure = await clock.runUntil(failureOf(open()));

    expect(ConnectionError.is(failure, "UNSUPPORTED_VERSION")).toBe(true);
  });

  test.each([
    ["HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "GARBAGE", /broker:9092 answered with HTTP/],
    ["TLS", Buffer.from([0x15, 3, 3, 0, 2, 2, 0x50]), "GARBAGE", /broker:9092 answered with TLS/],
    ["2 GB", Buffer.from([0x7f, 0xff, 0xff, 0xff]), "FRAME_TOO_LARGE", /2147483647 bytes/],
    [
      "another request's answer",
      Buffer.from([0, 0, 0, 6, 0, 0, 0, 99, 0, 0]),
      "GARBAGE",
      /answered request 99/,
    ],
    ["an empty frame", Buffer.from([0, 0, 0, 0]), "GARBAGE", /with 0 bytes/],
    ["an unreadable body", Buffer.from([0, 0, 0, 5, 0, 0, 0, 0, 9]), "GARBAGE", /cannot be read/],
  ] as const)("an answer of %s fails with its reason", async (_name, bytes, code, message) => {
    const { clock, network, broker, open } = setUp();
    broker.on(apiVersions, ({ raw }) => raw(bytes));

    const failure = await clock.runUntil(failureOf(open()));
    await clock.advance(100);

    expect(ConnectionError.is(failure, code) && failure.message).toMatch(message);
    expect(network.connections).toEqual([]);
  });

  test("a peer that hangs up at once is suspected to want TLS", async () => {
    const { clock, broker, open } = setUp();
    broker.on(apiVersions, ({ stream }) => stream.dispose());

    const failure = await clock.runUntil(failureOf(open()));

    expect(ConnectionError.is(failure, "CLOSED") && failure.message).toMatch(/may be a TLS port/);
  });

  test("a peer that stays silent costs the connect timeout and no more", async () => {
    const { clock, network, broker, open } = setUp();
    broker.on(apiVersions, () => {});
    const started = clock.now();

    const failure = await clock.runUntil(failureOf(open()));
    const took = clock.now() - started;
    await clock.advance(100);

    expect(ConnectionError.is(failure, "TIMEOUT") && failure.message).toMatch(
      /did not answer within 1000 ms/,
    );
    expect(took).toBeLessThanOrEqual(1_010);
    expect(network.connections).toEqual([]);
  });

  test("a refused connection stays a ConnectError", async () => {
    const { clock, network, open } = setUp();
    network.refuse(at);

    const failure = await clock.runUntil(failureOf(open()));

    expect(ConnectError.is(failure, "connect")).toBe(true);
  });

  test.each([0, 3])("an abort after %d ms ends it and leaves no socket", async (afterMs) => {
    const { clock, network, broker, open } = setUp();
    broker.on(apiVersions, () => {});
    const abort = new AbortController();
    clock.schedule(afterMs, () => abort.abort());

    const failure = await clock.runUntil(failureOf(open(abort.signal)));
    await clock.advance(100);

    expect(CancelledError.is(failure, "aborted")).toBe(true);
    expect(network.connections).toEqual([]);
  });
});

describe("requests", () => {
  test("are pipelined, and answered in the order of sending", async () => {
    const { clock, broker, connected } = setUp();
    const waiting: Received<typeof heartbeat>[] = [];
    broker.on(heartbeat, (request) => waiting.push(request));
    const connection = await connected();

    const all = Promise.all(
      [1, 2, 3].map((generationId) => connection.send(heartbeat, { ...beat, generationId })),
    );
    await clock.advance(100);
    const pendingBefore = connection.pending;
    for (const { body, answer } of waiting) answer({ errorCode: 20 + body.generationId });
    const answers = await clock.runUntil(all);

    expect(pendingBefore).toBe(3);
    expect(answers.map(({ body }) => body.errorCode)).toEqual([21, 22, 23]);
    expect(connection.pending).toBe(0);
  });

  test("a late answer is consumed and dropped, and the connection lives on", async () => {
    const { clock, broker, connected } = setUp();
    let late: Received<typeof offsetCommit> | undefined;
    broker.on(offsetCommit, (request) => {
      late = request;
    });
    const connection = await connected();

    const failure = await clock.runUntil(
      failureOf(connection.send(offsetCommit, commit, { timeoutMs: 500 })),
    );
    late?.answer({ topics: [] });
    const { body } = await clock.runUntil(connection.send(heartbeat, beat));

    expect(ConnectionError.is(failure, "TIMEOUT") && [failure.unsent, failure.message]).toEqual([
      false,
      "OffsetCommit: no answer from broker:9092 within 500 ms",
    ]);
    expect([body.errorCode, connection.end, connection.pending]).toEqual([0, undefined, 0]);
  });

  test("an abort releases the waiter at once, and leaves the request on the wire", async () => {
    const { clock, broker, connected } = setUp();
    const connection = await connected();
    const abort = new AbortController();

    const sent = failureOf(connection.send(offsetCommit, commit, { signal: abort.signal }));
    await clock.advance(10);
    const aborted = clock.now();
    abort.abort();
    const failure = await clock.runUntil(sent);

    expect(CancelledError.is(failure, "aborted")).toBe(true);
    expect([clock.now(), connection.pending, connection.end]).toEqual([aborted, 1, undefined]);
    expect(broker.requests(offsetCommit).length).toBe(1);
  });

  test("an abort before sending sends nothing", async () => {
    const { clock, broker, connected } = setUp();
    const connection = await connected();
    const abort = new AbortController();
    abort.abort();

    const failure = await clock.runUntil(
      failureOf(connection.send(heartbeat, beat, { signal: abort.signal })),
    );
    await clock.advance(100);

    expect(CancelledError.is(failure, "aborted")).toBe(true);
    expect(broker.requests(heartbeat)).toEqual([]);
  });

  test("a connection that stays silent while an answer is due is given up", async () => {
    const { clock, network, connected } = setUp();
    const connection = await connected();
    network.blackHole(at);

    const short = failureOf(connection.send(heartbeat, beat, { timeoutMs: 1_000 }));
    const long = failureOf(connection.send(offsetCommit, commit, { timeoutMs: 60_000 }));
    const failures = await clock.runUntil(Promise.all([short, long]));

    expect(failures.map((failure) => ConnectionError.is(failure, "TIMEOUT"))).toEqual([true, true]);
    expect(connection.end?.message).toMatch(/has not answered Heartbeat and was silent for 5 s/);
  });

  test("a request that brokers answer at once ends a silent connection sooner", async () => {
    const { clock, network, connected } = setUp();
    const connection = await connected();
    // The watch over the connection is set for a request with more time, which is answered.
    await clock.runUntil(connection.send(listGroups, {}, { timeoutMs: 60_000 }));
    network.blackHole(at);

    const quick = failureOf(connection.send(heartbeat, beat, { timeoutMs: 2_000, silenceMs: 1_500 }));
    const behind = failureOf(connection.send(offsetCommit, commit, { timeoutMs: 60_000 }));
    const started = clock.now();
    await clock.runUntil(Promise.all([quick, behind]));

    expect(clock.now() - started).toBe(1_500);
    expect(connection.end?.message).toMatch(/has not answered Heartbeat and was silent for 1.5 s/);
  });

  test("a request that brokers answer at once ends nothing while it waits behind another one", async () => {
    const { clock, broker, connected } = setUp();
    broker.on(heartbeat, () => {});
    const connection = await connected();

    // Whoever is asked for this takes its time, and answers nothing else meanwhile.
    const first = failureOf(connection.send(offsetCommit, commit, { timeoutMs: 4_000 }));
    const quick = failureOf(connection.send(heartbeat, beat, { timeoutMs: 1_000, silenceMs: 1_000 }));
    await clock.runUntil(quick);
    await clock.advance(2_500);

    expect(connection.end).toBeUndefined();
    await clock.runUntil(first);
  });

  test("a slow answer is no silence as long as bytes come", async () => {
    const { clock, broker, connected } = setUp();
    broker.on(listGroups, ({ version, correlationId, raw }) => {
      const groups = Array.from({ length: 30 }, (_, index) => ({ groupId: `g${index}`, protocolType: "" }));
      const bytes = encodeResponse(listGroups, { version, correlationId }, { errorCode: 0, groups });
      bytes.forEach((_, index) => {
        clock.schedule(index * 100, () => raw(bytes.subarray(index, index + 1)));
      });
    });
    const connection = await connected();

    const { body } = await clock.runUntil(connection.send(listGroups, {}, { timeoutMs: 600_000 }));

    expect(body.groups.length).toBe(30);
  });

  test("a socket closed in the middle of a frame fails everything pending, sent and unsent", async () => {
    const { clock, broker, connected } = setUp({ cutChance: 0 });
    broker.on(heartbeat, ({ version, correlationId, raw, stream }) => {
      raw(encodeResponse(heartbeat, { version, correlationId }, { errorCode: 0 }).subarray(0, 7));
      stream.dispose();
    });
    const connection = await connected();

    const failures = await clock.runUntil(
      Promise.all([connection.send(heartbeat, beat), connection.send(offsetCommit, commit)].map(failureOf)),
    );

    expect(failures.map((failure) => ConnectionError.is(failure, "CLOSED") && failure.message)).toEqual([
      "Heartbeat: broker:9092 closed the connection in the middle of a response (7 of 16 bytes)",
      "OffsetCommit: broker:9092 closed the connection in the middle of a response (7 of 16 bytes)",
    ]);
    expect(ConnectionError.is(connection.end, "CLOSED")).toBe(true);
  });

  test("a broker that lets us in and hangs up at the first request is suspected to want a login", async () => {
    const { clock, broker, connected } = setUp();
    broker.on(heartbeat, ({ stream }) => stream.dispose());
    const connection = await connected();

    const failure = await clock.runUntil(failureOf(connection.send(heartbeat, beat)));

    expect(ConnectionError.is(failure, "CLOSED") && failure.message).toMatch(/may want a login \(SASL\)/);
  });

  test("an answer nobody asked for ends the connection", async () => {
    const { clock, broker, connected } = setUp();
    const connection = await connected();

    broker.streams[0]?.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 1]));
    await clock.advance(100);

    expect(connection.end?.message).toMatch(/nobody asked for/);
  });

  test("an answer that cannot be read fails its request alone", async () => {
    const { clock, broker, connected } = setUp();
    broker.on(listGroups, ({ correlationId, raw }) =>
      raw(Buffer.from([0, 0, 0, 5, 0, 0, 0, correlationId, 1])),
    );
    const connection = await connected();

    const failure = await clock.runUntil(failureOf(connection.send(listGroups, {})));
    const { body } = await clock.runUntil(connection.send(heartbeat, beat));

    expect(ConnectionError.is(failure, "GARBAGE") && failure.message).toMatch(
      /answered ListGroups with bytes/,
    );
    expect(body.errorCode).toBe(0);
  });

  test("a value that fits no field fails its request alone, and sends nothing", async () => {
    const { clock, broker, connected } = setUp();
    const connection = await connected();

    const failure = await clock.runUntil(
      failureOf(connection.send(heartbeat, { ...beat, generationId: 2 ** 40 })),
    );
    const { body } = await clock.runUntil(connection.send(heartbeat, beat));

    expect(failure).toBeInstanceOf(Error);
    expect([body.errorCode, broker.requests(heartbeat).length]).toEqual([0, 1]);
  });

  test("Produce without acknowledgement settles when it is sent, and shifts no answer", async () => {
    const { clock, broker, connected } = setUp();
    const connection = await connected();

    await clock.runUntil(connection.sendUnanswered(produce, { acks: 0, timeoutMs: 1_000, topicData: [] }));
    const { body } = await clock.runUntil(connection.send(heartbeat, beat));

    expect([broker.requests(produce).length, body.errorCode, connection.pending]).toEqual([1, 0, 0]);
  });

  test("a throttled connection holds further requests until the time is over (KIP-219)", async () => {
    const { clock, broker, connected } = setUp();
    broker.on(listGroups, ({ answer }) => answer({ throttleTimeMs: 800, errorCode: 0, groups: [] }));
    const sentAt: number[] = [];
    broker.on(heartbeat, ({ answer }) => {
      sentAt.push(clock.now());
      answer({ errorCode: 0 });
    });
    const connection = await connected();

    await clock.runUntil(connection.send(listGroups, {}));
    const throttled = clock.now();
    const until = connection.throttledUntil;
    const tooShort = await clock.runUntil(failureOf(connection.send(heartbeat, beat, { timeoutMs: 100 })));
    await clock.runUntil(connection.send(heartbeat, beat));

    expect(until).toBe(throttled + 800);
    expect(ConnectionError.is(tooShort, "TIMEOUT") && tooShort.unsent).toBe(true);
    expect([sentAt.length, (sentAt[0] ?? 0) >= throttled + 800]).toEqual([1, true]);
    expect(connection.throttledUntil).toBeUndefined();
  });

  test("an old version whose broker waited itself is not waited for twice", async () => {
    const { clock, broker, connected } = setUp();
    broker.on(listGroups, ({ answer }) => answer({ throttleTimeMs: 800, errorCode: 0, groups: [] }));
    const connection = await connected();

    await clock.runUntil(connection.send(listGroups, {}, { versions: [0, 1] }));

    expect(connection.throttledUntil).toBeUndefined();
  });

  test("a full socket is waited for, and everything arrives in order", async () => {
    const { clock, broker, connected } = setUp({ bufferBytes: 64 });
    const connection = await connected();

    const answers = await clock.runUntil(
      Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          connection.send(heartbeat, { ...beat, generationId: index }),
        ),
      ),
    );

    expect(answers.length).toBe(50);
    expect(broker.requests(heartbeat).map(({ body }) => body.generationId)).toEqual(
      Array.from({ length: 50 }, (_, index) => index),
    );
  });

  test("closing settles everything once, and later requests fail at once", async () => {
    const { clock, network, connected } = setUp();
    const connection = await connected();
    const reasons: string[] = [];
    connection.onClose(({ code }) => reasons.push(code));

    const pending = [connection.send(offsetCommit, commit), connection.send(heartbeat, beat)].map(failureOf);
    connection.dispose();
    connection.dispose();
    const failures = await clock.runUntil(
      Promise.all([...pending, failureOf(connection.send(heartbeat, beat))]),
    );
    await clock.advance(100);

    expect(failures.map((failure) => ConnectionError.is(failure, "CLIENT_CLOSED"))).toEqual([
      true,
      true,
      true,
    ]);
    expect([reasons, clock.pending, network.connections]).toEqual([["CLIENT_CLOSED"], 0, []]);
  });
});
