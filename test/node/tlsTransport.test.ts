import { readFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:net";
import { createServer, type TlsOptions as ServerOptions, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { DisposableStore, toDisposable } from "#base/lifecycle.ts";
import { type ByteStream, ConnectError, type TlsOptions } from "#base/transport.ts";
import { BrokerConnection } from "#network/brokerConnection.ts";
import { ConnectionError } from "#network/connectionError.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { failureOf } from "../network/fakeBroker.ts";

const pem = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");
const identity = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });
const authority = pem("authority.pem");

let owned = new DisposableStore();
afterEach(() => {
  owned.dispose();
  owned = new DisposableStore();
});

/** An echoing TLS server. */
async function serve(options: ServerOptions) {
  const sockets: TLSSocket[] = [];
  const server = createServer(options, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  server.on("tlsClientError", () => {});
  owned.add(toDisposable(() => server.close()));
  owned.add(toDisposable(() => sockets.map((socket) => socket.destroy())));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { sockets, port: typeof address === "object" && address !== null ? address.port : 0 };
}

async function connect(port: number, tls: TlsOptions, host = "localhost"): Promise<ByteStream> {
  return owned.add(await tcpTransport.connect({ host, port, tls, timeoutMs: 3_000 }));
}

/** What comes back; rejects with the failure of the stream. With TLS 1.3 a refused client hears of it only here. */
function echo(stream: ByteStream, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    stream.onData((chunk) => resolve(Buffer.from(chunk).toString()));
    stream.onClose((failure) => reject(failure ?? new Error("closed")));
    stream.write(Buffer.from(text));
  });
}

describe("TLS", () => {
  test.each(["localhost", "127.0.0.1"])(
    "a broker with a certificate for %s is trusted by its authority",
    async (host) => {
      const { port, sockets } = await serve(identity("server"));

      const stream = await connect(port, { ca: authority }, host);
      const answer = await echo(stream, "hello");

      expect(answer).toBe("hello");
      // An address may not be sent as the server's name.
      expect(sockets[0]?.servername || undefined).toBe(host === "localhost" ? "localhost" : undefined);
    },
  );

  test("a server name of its own is sent and checked instead of the host", async () => {
    const { port, sockets } = await serve(identity("elsewhere"));

    const stream = await connect(port, { ca: authority, serverName: "kafka.example.org" });
    await echo(stream, "x");

    expect(sockets[0]?.servername).toBe("kafka.example.org");
  });

  test("a certificate that is not checked is accepted, on request", async () => {
    const { port } = await serve(identity("selfSigned"));

    const stream = await connect(port, { rejectUnauthorized: false });

    expect(await echo(stream, "x")).toBe("x");
  });

  test.each([
    ["selfSigned", {}, "DEPTH_ZERO_SELF_SIGNED_CERT", /self-signed/],
    ["server", {}, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", /authority is not known: give its CA file/],
    ["server", { ca: pem("stranger.pem") }, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", /authority is not known/],
    ["expired", { ca: authority }, "CERT_HAS_EXPIRED", /has expired/],
    [
      "elsewhere",
      { ca: authority },
      "ERR_TLS_CERT_ALTNAME_INVALID",
      /is not for localhost but for DNS:kafka.example.org/,
    ],
    [
      "server",
      { ca: authority, serverName: "b.example" },
      "ERR_TLS_CERT_ALTNAME_INVALID",
      /is not for b.example/,
    ],
    ["server", { ca: "no certificate" }, undefined, /TLS with localhost/],
    [
      "server",
      { ca: authority, cert: pem("client.pem"), key: pem("server.key") },
      undefined,
      /does not belong to/,
    ],
    [
      "server",
      { ca: authority, cert: pem("client.pem"), key: "nonsense" },
      undefined,
      /not in PEM form|not supported/,
    ],
    [
      "server",
      { ca: authority, cert: pem("client.pem"), key: pem("clientEncrypted.key"), passphrase: "wrong" },
      undefined,
      /passphrase is wrong/,
    ],
    [
      "server",
      { ca: authority, cert: pem("client.pem"), key: pem("clientEncrypted.key") },
      undefined,
      /needs a passphrase/,
    ],
  ] as const)("%s: a connection that cannot be secured says why (%#)", async (name, tls, code, message) => {
    const { port } = await serve(identity(name));

    const failure = await failureOf(connect(port, tls));

    expect(ConnectError.is(failure, "tls") && failure.message).toMatch(message);
    if (code !== undefined) expect((failure as ConnectError).code).toBe(code);
  });

  describe("where the broker wants a client certificate", () => {
    const demanding = { ...identity("server"), ca: authority, requestCert: true, rejectUnauthorized: true };

    test.each([
      ["a plain key", identity("client")],
      [
        "an encrypted key",
        { cert: pem("client.pem"), key: pem("clientEncrypted.key"), passphrase: "opensesame" },
      ],
    ])("one with %s is accepted", async (_name, client) => {
      const { port } = await serve(demanding);

      const stream = await connect(port, { ca: authority, ...client });

      expect(await echo(stream, "in")).toBe("in");
    });

    test.each(["TLSv1.3", "TLSv1.2"] as const)("with %s a missing one is named", async (maxVersion) => {
      const { port } = await serve({ ...demanding, maxVersion });

      const failure = await failureOf(connect(port, { ca: authority }).then((stream) => echo(stream, "x")));

      expect(ConnectError.is(failure, "tls") && failure.message).toMatch(/client certificate/);
    });
  });

  test.each([
    ["answers in its own way", (bytes: Buffer) => bytes],
    ["hangs up", () => undefined],
  ])("a plaintext port that %s is recognised", async (_name, reply) => {
    const server = createPlainServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => {
        const answer = reply(Buffer.from([0, 0, 0, 10, 0, 0, 0, 0, 0, 35, 0, 0, 0, 0]));
        if (answer === undefined) socket.destroy();
        else socket.write(answer);
      });
    });
    owned.add(toDisposable(() => server.close()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;

    const failure = await failureOf(connect(port, { ca: authority }));

    expect(ConnectError.is(failure, "tls") && failure.message).toMatch(/probably a plaintext listener/);
  });
});

describe("a broker connection over real sockets", () => {
  const open = (port: number, tls?: TlsOptions) =>
    BrokerConnection.open({
      endpoint: { host: "localhost", port },
      tls,
      clientId: "test",
      transport: tcpTransport,
      clock: systemClock,
      random: systemRandom,
      connectTimeoutMs: 3_000,
      requestTimeoutMs: 3_000,
      maxFrameBytes: 1 << 20,
    });

  test("a TLS port spoken to without TLS is recognised", async () => {
    const { port } = await serve(identity("server"));

    const failure = await failureOf(open(port));

    expect(ConnectionError.is(failure, "GARBAGE", "CLOSED") && failure.message).toMatch(/TLS/);
  });

  test("a client certificate that is missing is told as what it is, also with TLS 1.3", async () => {
    const { port } = await serve({
      ...identity("server"),
      ca: authority,
      requestCert: true,
      maxVersion: "TLSv1.3",
    });

    const failure = await failureOf(open(port, { ca: authority }));

    expect(ConnectError.is(failure, "tls") && failure.message).toMatch(/wants a client certificate/);
  });

  test("a foreign client certificate, answered by hanging up, is suspected", async () => {
    const { port } = await serve({ ...identity("server"), ca: authority, requestCert: true });

    const failure = await failureOf(open(port, { ca: authority, ...identity("unknownClient") }));

    expect(ConnectionError.is(failure, "CLOSED") && failure.message).toMatch(/client certificate/);
  });

  test("a web server is recognised", async () => {
    const { createServer: createWebServer } = await import("node:http");
    const server = createWebServer((_request, response) => response.end());
    owned.add(toDisposable(() => server.close()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();

    const failure = await failureOf(open(typeof address === "object" && address !== null ? address.port : 0));

    expect(ConnectionError.is(failure, "GARBAGE") && failure.message).toMatch(/looks like a web server/);
  });
});
