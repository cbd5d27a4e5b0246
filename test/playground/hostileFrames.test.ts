import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleepFor } from "node:timers/promises";
import { connect } from "node:tls";
import { expect, test } from "vitest";
import { type Random, randomInt, seededRandom } from "#base/random.ts";
import { parseAddress } from "#network/address.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import type { ConnectionEnd } from "#playground/server/clientConnection.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { fuzz } from "./hostile/fuzz.ts";
import { mutated } from "./hostile/mutate.ts";
import { hostileSasl, hostileSignIn, signInHonestly } from "./hostile/signIn.ts";
import { startLivePlayground } from "./livePlayground.ts";
import { RawClient } from "./rawClient.ts";
import { sampleRequests } from "./sampleRequests.ts";

const pem = (name: string) => readFileSync(`test/fixtures/tls/${name}`, "utf8");

test.each([1, 2])(
  "mutated requests (seed %s) end connections with a reason, never the playground",
  async (seed) => {
    const result = await fuzz({ seed, frames: 8_000 });

    expect(result.failures).toEqual([]);
    expect(result.isServing).toBe(true);
    expect(result.logBytes).toBeLessThanOrEqual(result.maxLogBytes);
    expect(Array.from(result.ends.keys())).not.toContain("");
    // Both what is refused and what is understood is met.
    expect(result.ends.size).toBeGreaterThan(20);
  },
);

test.each([1, 2])(
  "clients that turn hostile while they sign in (seed %s) end with a reason, and nobody else is kept out",
  async (seed) => {
    const result = await fuzz({ seed, frames: 4_000, signsIn: true });

    expect(result.failures).toEqual([]);
    expect(result.isServing).toBe(true);
    const reasons = Array.from(result.ends.keys());
    expect(reasons).toEqual(
      expect.arrayContaining([
        "the client could not sign in",
        "API key # came before the client had signed in",
        "what came before signing in is no Kafka request",
        "a client that had not signed in announced more bytes than such a client may send",
      ]),
    );
    // Some come in, and go on with requests that are garbage.
    expect(reasons.some((reason) => /^a Fetch request is garbage/.test(reason))).toBe(true);
  },
);

test("ten thousand of them that are looked at over TCP do no more harm", { timeout: 120_000 }, async () => {
  const live = await startLivePlayground();
  live.playground.createTopic("orders", { partitions: 3 });
  const endpoint = parseAddress(live.bootstrapServers);
  if (endpoint === undefined) throw new Error("no address");
  const random = seededRandom(7);
  const samples = sampleRequests(live.playground.topics()[0]?.topicId);
  /** Requests with a header that can be read, and what was refused before one could be. */
  const lookedAt = () => live.playground.requests + live.ended.filter(isRefusedUnread).length;
  const throwTwo = async () => {
    const client = await RawClient.connect(tcpTransport, endpoint);
    const answers = [client.nextFrame(), client.nextFrame()];
    for (const _ of answers) client.write(mutated(samples, random));
    // Most end the connection or are answered at once; what waits, or announces more than comes, is left alone.
    await Promise.race([Promise.allSettled(answers), sleepFor(20)]);
    client.close();
  };

  const throwUntilDone = async () => {
    while (lookedAt() < 10_000) await throwTwo();
  };
  await Promise.all(Array.from({ length: 16 }, throwUntilDone));
  const honest = await RawClient.connect(tcpTransport, endpoint);
  const { brokers } = await honest.call(metadata, { topics: [] });
  honest.close();
  await live.playground.stop();

  expect(brokers).toHaveLength(1);
  expect(live.ended.filter(({ reason }) => !reason.startsWith("the client")).length).toBeGreaterThan(2_000);
  expect(live.ended.filter(({ reason }) => reason === "" || isOurFailure({ reason }))).toEqual([]);
});

test("clients that turn hostile while they sign in do no harm over TCP either", {
  timeout: 120_000,
}, async () => {
  const live = await startLivePlayground({ settings: { sasl: hostileSasl } });
  live.playground.createTopic("orders", { partitions: 3 });
  const endpoint = parseAddress(live.bootstrapServers);
  if (endpoint === undefined) throw new Error("no address");
  const random = seededRandom(7);
  const samples = sampleRequests(live.playground.topics()[0]?.topicId);
  let thrown = 0;
  const attackOnce = async () => {
    const client = await RawClient.connect(tcpTransport, endpoint);
    const attack = await hostileSignIn(random, () => samples);
    let answer: Uint8Array | undefined;
    for (let step = 0; step < 8 && !client.isClosed; step++) {
      const { value } = attack.next(answer);
      if (value === undefined) break;
      const next = client.nextFrame();
      client.write(value);
      thrown++;
      answer = await Promise.race([next.catch(() => undefined), sleepFor(20, undefined)]);
    }
    client.close();
  };

  const attackUntilDone = async () => {
    while (thrown < 2_000) await attackOnce();
  };
  await Promise.all(Array.from({ length: 16 }, attackUntilDone));
  const honest = await RawClient.connect(tcpTransport, endpoint);
  await signInHonestly(honest);
  const { brokers } = await honest.call(metadata, { topics: [] });
  honest.close();
  await live.playground.stop();

  expect(brokers).toHaveLength(1);
  expect(live.ended.filter(({ cause }) => cause === "refused").length).toBeGreaterThan(100);
  expect(live.ended.filter(({ reason }) => reason === "" || isOurFailure({ reason }))).toEqual([]);
});

test("garbage on a TLS port, from the first byte or within the handshake, ends with a reason", async () => {
  const live = await startLivePlayground({
    settings: { tls: { cert: pem("server.pem"), key: pem("server.key") } },
  });
  const endpoint = parseAddress(live.bootstrapServers);
  if (endpoint === undefined) throw new Error("no address");
  const random = seededRandom(7);
  const samples = sampleRequests(live.playground.topics()[0]?.topicId);
  const hello = await clientHello();
  const throwOne = async () => {
    const client = await RawClient.connect(tcpTransport, endpoint);
    const isHello = random.next() < 0.5;
    client.write(isHello ? flipped(hello, random) : mutated(samples, random));
    await Promise.race([client.closed, sleepFor(20)]);
    client.close();
  };

  for (let round = 0; round < 30; round++) await Promise.all(Array.from({ length: 16 }, throwOne));
  const honest = await RawClient.connect(tcpTransport, { ...endpoint, tls: { ca: pem("authority.pem") } });
  const { brokers } = await honest.call(metadata, { topics: [] });
  honest.close();
  await live.playground.stop();

  expect(brokers).toHaveLength(1);
  expect(live.ended.filter(({ cause }) => cause === "refused").length).toBeGreaterThan(100);
  expect(live.ended.filter(({ reason }) => reason === "" || isOurFailure({ reason }))).toEqual([]);
});

/** What an honest client of TLS says first. */
function clientHello(): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const listening = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (bytes) => {
        socket.destroy();
        listening.close();
        resolve(bytes);
      });
    });
    listening.on("error", reject);
    listening.listen(0, "127.0.0.1", () => {
      const address = listening.address();
      if (address === null || typeof address === "string") throw new Error("no address");
      connect({ port: address.port, host: "127.0.0.1" }).on("error", () => {});
    });
  });
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (let flip = 0; flip < 3; flip++) copy[randomInt(random, copy.length)] = randomInt(random, 256);
  return copy.subarray(0, random.next() < 0.3 ? randomInt(random, copy.length) : copy.length);
}

function isOurFailure({ reason }: Pick<ConnectionEnd, "reason">): boolean {
  return reason.startsWith("the playground failed");
}

function isRefusedUnread({ reason }: ConnectionEnd): boolean {
  return /^(a request header is garbage|what came is no Kafka request|a request announced more bytes)/.test(
    reason,
  );
}
