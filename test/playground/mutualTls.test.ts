import { readFileSync } from "node:fs";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { Kafka, logLevel } from "kafkajs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BrokerConnection } from "#network/brokerConnection.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { type LivePlayground, startLivePlayground } from "./livePlayground.ts";

const pem = (name: string) => readFileSync(`test/fixtures/tls/${name}`, "utf8");
const identity = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });
const authority = pem("authority.pem");
let live: LivePlayground;

beforeEach(async () => {
  live = await startLivePlayground({
    nodes: 2,
    settings: { tls: { ...identity("server"), clientCa: authority } },
  });
  live.playground.createTopic("orders", { partitions: 2, replicationFactor: 2 });
});

afterEach(async () => {
  await live.playground.stop();
});

const ports = () => live.playground.nodes.map(({ port }) => port);

describe("a playground that wants client certificates", () => {
  test("serves kafkajs with one that its authority signed, on every node", async () => {
    const kafka = new Kafka({
      brokers: live.playground.bootstrapServers.slice(),
      logLevel: logLevel.NOTHING,
      ssl: { ca: [authority], ...identity("client") },
    });
    const producer = kafka.producer();
    await producer.connect();

    const sent = await producer.send({
      topic: "orders",
      messages: [0, 1].map((partition) => ({ partition, value: "a" })),
    });

    await producer.disconnect();
    expect(sent.map(({ errorCode }) => errorCode)).toEqual([0, 0]);
    expect(live.playground.topics()[0]?.partitions.map(({ highWatermark }) => highWatermark)).toEqual([
      1n,
      1n,
    ]);
  });

  test.each([
    ["none", {}],
    ["one that somebody else signed", identity("unknownClient")],
  ])("turns kafkajs away with %s", async (_what, shown) => {
    const admin = new Kafka({
      brokers: live.playground.bootstrapServers.slice(),
      logLevel: logLevel.NOTHING,
      ssl: { ca: [authority], ...shown },
      retry: { retries: 0 },
    }).admin();

    await expect(admin.connect().then(() => admin.describeCluster())).rejects.toThrow();

    await admin.disconnect();
    expect(live.playground.requests).toBe(0);
  });

  test("serves our own connection, the same client that debug consumers have", async () => {
    const connection = await open(identity("client"));

    const { body } = await connection.send(metadata, { topics: null });

    connection.dispose();
    expect(body.brokers.map(({ port }) => port)).toEqual(ports());
  });

  test("is known to our own connection for what it wants", async () => {
    await expect(open({})).rejects.toThrow(/client certificate/);
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "ends the handshake of %s without one, and reads nothing",
    async (version) => {
      const socket = await secured({ maxVersion: version, minVersion: version });

      expect(socket).toMatch(/certificate|alert|ECONNRESET|hang up|closed/i);
      expect(live.playground.requests).toBe(0);
    },
  );
});

test("one that wants none takes a client with a certificate as any other", async () => {
  const plain = await startLivePlayground({ settings: { tls: identity("server") } });
  const [endpoint = { host: "", port: 0 }] = plain.playground.nodes;

  const connection = await open(identity("client"), endpoint.port);

  connection.dispose();
  await plain.playground.stop();
});

function open(shown: { readonly cert?: string; readonly key?: string }, port = ports()[0] ?? 0) {
  return BrokerConnection.open({
    endpoint: { host: "localhost", port },
    tls: { ca: authority, ...shown },
    clientId: "test",
    transport: tcpTransport,
    clock: systemClock,
    random: systemRandom,
    connectTimeoutMs: 5_000,
    requestTimeoutMs: 5_000,
    maxFrameBytes: 1 << 20,
  });
}

/** What a bare TLS client hears that shows no certificate and writes a request all the same. */
function secured(options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ port: ports()[0], host: "localhost", ca: authority, ...options });
    socket.on("secureConnect", () => socket.write(Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0, 0])));
    socket.on("data", () => resolve("it was answered"));
    socket.on("error", (error) => resolve(error.message));
    socket.on("close", () => resolve("closed"));
  });
}
