import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { ByteParts } from "#base/byteParts.ts";
import { CancelledError } from "#base/clock.ts";
import { DisposableStore, toDisposable } from "#base/lifecycle.ts";
import { type ByteStream, ConnectError } from "#base/transport.ts";
import { tcpServer } from "#node/tcpServer.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { failureOf } from "../network/fakeBroker.ts";

let owned = new DisposableStore();
afterEach(() => {
  owned.dispose();
  owned = new DisposableStore();
});

const host = "127.0.0.1";

/** A plain TCP server; gives its port. */
async function serve(onSocket: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    owned.add(toDisposable(() => socket.destroy()));
    socket.on("error", () => {});
    onSocket(socket);
  });
  owned.add(toDisposable(() => server.close()));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function connect(port: number): Promise<ByteStream> {
  return owned.add(await tcpTransport.connect({ host, port, timeoutMs: 2_000 }));
}

function closeOf(stream: ByteStream): Promise<Error | undefined> {
  return new Promise((resolve) => stream.onClose(resolve));
}

function receive(stream: ByteStream, bytes: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    stream.onData((chunk) => {
      chunks.push(Buffer.from(chunk));
      const all = Buffer.concat(chunks);
      if (all.length >= bytes) resolve(all);
    });
  });
}

describe("tcpTransport and tcpServer", () => {
  test("bytes in many parts arrive as one, also when the other side is slow to take them", async () => {
    const pieces = Array.from({ length: 2_000 }, (_, index) => Buffer.alloc(3_000, `${index}/`));
    const parts = new ByteParts(pieces);
    let takesMore: boolean | undefined;
    let hasDrained = false;
    const listening = owned.add(
      await tcpServer.listen({ host, port: 0 }, (stream) => {
        stream.onData(() => {
          takesMore = stream.write(parts);
        });
        stream.onDrain(() => {
          hasDrained = true;
        });
      }),
    );
    const stream = await connect(listening.port);
    const received = receive(stream, parts.length);
    stream.setPaused(true);
    stream.write(Buffer.from("now"));
    await expect.poll(() => takesMore).toBe(false);

    stream.setPaused(false);

    expect((await received).equals(Buffer.concat(pieces))).toBe(true);
    await expect.poll(() => hasDrained).toBe(true);
  });

  test("bytes go both ways, unchanged", async () => {
    const listening = owned.add(
      await tcpServer.listen({ host, port: 0 }, (stream) => stream.onData((chunk) => stream.write(chunk))),
    );
    const stream = await connect(listening.port);
    const sent = Buffer.alloc(3 << 20, "groupscope ");

    const echoed = receive(stream, sent.length);
    stream.write(sent);

    expect((await echoed).equals(sent)).toBe(true);
    expect(stream.remote).toBe(`${host}:${listening.port}`);
  });

  test.each([
    ["a port that is none", { host, port: -1 }],
    ["a port past the last", { host, port: 2_147_483_647 }],
    ["a host that is no name", { host: "ev\u0000il", port: 9092 }],
  ])("%s, as a broker may advertise it, fails at once and leaves no timer", async (_what, to) => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();

    const failure = await failureOf(tcpTransport.connect({ ...to, timeoutMs: 60_000 }));

    expect(failure).toMatchObject({ name: "ConnectError", stage: "connect" });
    expect(String(failure)).toContain("check the addresses the brokers advertise");
    expect(timers()).toBe(before);
  });

  test("bytes that come before a listener are not lost", async () => {
    const port = await serve((socket) => socket.write("early"));
    const stream = await connect(port);

    await new Promise((resolve) => setTimeout(resolve, 20));
    const received = await receive(stream, 5);

    expect(received.toString()).toBe("early");
  });

  test("a paused reader makes the writer wait, and a drain lets it go on", async () => {
    const accepted: ByteStream[] = [];
    const listening = owned.add(await tcpServer.listen({ host, port: 0 }, (stream) => accepted.push(stream)));
    const stream = await connect(listening.port);
    while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [server] = accepted;
    let received = 0;
    server?.onData((chunk) => {
      received += chunk.length;
    });
    server?.setPaused(true);
    const drained = new Promise<void>((resolve) => stream.onDrain(resolve));

    const chunk = new Uint8Array(1 << 20);
    let sent = 0;
    while (stream.write(chunk)) sent += chunk.length;
    sent += chunk.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    const whilePaused = received;
    server?.setPaused(false);
    await drained;

    expect(whilePaused).toBe(0);
    while (received < sent) await new Promise((resolve) => setImmediate(resolve));
    expect(received).toBe(sent);
  });

  test.each([
    ["the other side ends", (socket: Socket) => socket.end(), undefined],
    ["the other side resets", (socket: Socket) => socket.resetAndDestroy(), "ECONNRESET"],
  ] as const)("when %s, the stream closes once", async (_name, trouble, code) => {
    const port = await serve((socket) => void setTimeout(() => trouble(socket), 5));
    const stream = await connect(port);
    stream.onData(() => {});

    const failure = await closeOf(stream);

    expect((failure as { code?: string } | undefined)?.code).toBe(code);
    expect(stream.write(Uint8Array.of(1))).toBe(true);
  });

  test("disposing closes in order", async () => {
    const port = await serve(() => {});
    const stream = await connect(port);
    const closed = closeOf(stream);

    stream.dispose();

    expect(await closed).toBeUndefined();
  });

  test("a port where nothing listens is refused, with advice", async () => {
    const port = await serve(() => {});
    owned.dispose();
    owned = new DisposableStore();

    const failure = await failureOf(connect(port));

    expect(ConnectError.is(failure, "connect") && [failure.code, failure.message]).toEqual([
      "ECONNREFUSED",
      `no connection to ${host}:${port} (ECONNREFUSED): nothing listens there; check the port and whether the broker runs`,
    ]);
  });

  test("a name that does not exist fails in the stage of resolving", async () => {
    const failure = await failureOf(
      tcpTransport.connect({ host: "no-such-broker.invalid", port: 9092, timeoutMs: 8_000 }),
    );

    expect(ConnectError.is(failure, "resolve") && failure.message).toMatch(
      /^no-such-broker.invalid does not resolve/,
    );
  });

  test("a handshake that never comes costs the time limit", async () => {
    const port = await serve(() => {});

    const failure = await failureOf(tcpTransport.connect({ host, port, tls: {}, timeoutMs: 50 }));

    expect(CancelledError.is(failure, "deadline") && failure.message).toMatch(/^TLS handshake to 127.0.0.1/);
  });

  test("an abort ends the attempt, before and during it", async () => {
    const port = await serve(() => {});
    const during = new AbortController();
    setTimeout(() => during.abort(), 10);

    const failures = await Promise.all(
      [AbortSignal.abort(), during.signal].map((signal) =>
        failureOf(tcpTransport.connect({ host, port, tls: {}, timeoutMs: 5_000 }, signal)),
      ),
    );

    expect(failures.map((failure) => CancelledError.is(failure, "aborted"))).toEqual([true, true]);
  });

  test("a taken port is refused, and free again after disposal while its streams live on", async () => {
    const accepted: ByteStream[] = [];
    const first = owned.add(await tcpServer.listen({ host, port: 0 }, (stream) => accepted.push(stream)));
    const stream = await connect(first.port);
    while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));

    const taken = await failureOf(tcpServer.listen(first, () => {}));
    first.dispose();
    const again = owned.add(await tcpServer.listen(first, () => {}));
    const received = receive(stream, 2);
    accepted[0]?.write(Buffer.from("ok"));

    expect((taken as { code?: string }).code).toBe("EADDRINUSE");
    expect([again.port, (await received).toString()]).toEqual([first.port, "ok"]);
  });
});
