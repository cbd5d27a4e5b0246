import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "#test/support/liveMember.ts";
import { type LivePlayground, startLivePlayground } from "./livePlayground.ts";

const pem = (name: string) => readFileSync(`test/fixtures/tls/${name}`, "utf8");
let live: LivePlayground;

beforeEach(async () => {
  const tls = { cert: pem("server.pem"), key: pem("server.key"), clientCa: pem("authority.pem") };
  live = await startLivePlayground({ nodes: 2, settings: { tls } });
});

afterEach(async () => {
  await live.playground.stop();
});

/** Node 2, so that a node that is guessed is noticed. */
const port = () => live.playground.nodes[1]?.port ?? 0;

const ended = () =>
  until(
    () => live.ended.length > 0,
    () => "no end was told",
  );

const silenced = <S extends Socket>(socket: S): S => socket.on("error", () => {});

test.each([
  [
    "a Kafka request in plain text",
    Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0, 0]),
    "what came is no TLS",
  ],
  ["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n"), "what came is no TLS"],
  [
    "a handshake of garbage",
    Buffer.from([22, 3, 1, 0, 4, 9, 9, 9, 9, 9]),
    "TLS did not come about: unexpected message",
  ],
])("%s on a TLS port ends with a reason, which nobody heard before", async (_what, bytes, reason) => {
  const socket = silenced(connect(port(), "127.0.0.1"));

  socket.write(bytes);
  await ended();

  expect(live.ended).toEqual([
    {
      nodeId: 2,
      remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      clientId: undefined,
      reason: expect.stringContaining(reason),
      cause: "refused",
    },
  ]);
  socket.destroy();
});

test.each([
  ["none", {}, "the client showed no certificate, which this port demands"],
  [
    "one that somebody else signed",
    { cert: pem("unknownClient.pem"), key: pem("unknownClient.key") },
    "the authority of this port did not sign the client's certificate",
  ],
])("a client certificate that is missing or not trusted is named: %s", async (_which, shown, reason) => {
  const socket = silenced(
    connectTls({ port: port(), host: "localhost", ca: pem("authority.pem"), ...shown }),
  );

  await ended();

  expect(live.ended).toEqual([
    expect.objectContaining({ nodeId: 2, cause: "refused", reason: expect.stringContaining(reason) }),
  ]);
  socket.destroy();
});

test("a client that does not trust the playground's certificate just left", async () => {
  const socket = silenced(connectTls({ port: port(), host: "localhost" }));

  await ended();

  expect(live.ended).toEqual([
    expect.objectContaining({
      cause: "client",
      reason: expect.stringContaining("may not trust the certificate"),
    }),
  ]);
  socket.destroy();
});
