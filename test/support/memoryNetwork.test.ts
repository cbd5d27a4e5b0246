import { describe, expect, test } from "vitest";
import { CancelledError } from "#base/clock.ts";
import { type ByteStream, ConnectError } from "#base/transport.ts";
import { MemoryNetwork } from "./memoryNetwork.ts";
import { VirtualClock } from "./virtualClock.ts";

const at = { host: "broker", port: 9092 };

function setUp(options: { seed?: number; cutChance?: number; bufferBytes?: number } = {}) {
  const clock = new VirtualClock({ seed: options.seed ?? 1 });
  return { clock, network: new MemoryNetwork({ clock, maxDelayMs: 5, cutChance: 0.5, ...options }) };
}

/** What a stream received and how it ended. */
function collect(stream: ByteStream) {
  const got = { chunks: [] as Uint8Array[], closed: [] as (Error | undefined)[], drains: 0 };
  stream.onData((chunk) => got.chunks.push(chunk));
  stream.onClose((failure) => got.closed.push(failure));
  stream.onDrain(() => got.drains++);
  return { ...got, bytes: () => Buffer.concat(got.chunks), got };
}

async function pair(options: { seed?: number; cutChance?: number; bufferBytes?: number } = {}) {
  const { clock, network } = setUp(options);
  const accepted: ByteStream[] = [];
  await network.listen(at, (stream) => accepted.push(stream));
  const client = await clock.runUntil(network.connect({ ...at, timeoutMs: 100 }));
  const [server] = accepted;
  if (server === undefined) throw new Error("nothing was accepted");
  return { clock, network, client, server };
}

const numbered = Uint8Array.from({ length: 1_000 }, (_, index) => index & 0xff);

describe("MemoryNetwork", () => {
  test("bytes arrive in order, whatever the cuts and delays", async () => {
    const { clock, client, server } = await pair();
    const received = collect(server);

    for (let start = 0; start < numbered.length; start += 100)
      client.write(numbered.subarray(start, start + 100));
    await clock.advance(1_000);

    expect(received.bytes().equals(numbered)).toBe(true);
    expect(received.chunks.length).toBeGreaterThan(10);
  });

  test("one seed gives one course of events, another seed another", async () => {
    const courseOf = async (seed: number) => {
      const { clock, client, server } = await pair({ seed });
      const course: string[] = [];
      server.onData((chunk) => {
        course.push(`${clock.now()} server ${chunk.length}`);
        server.write(chunk.slice().reverse());
      });
      client.onData((chunk) => course.push(`${clock.now()} client ${chunk.length}`));
      for (let count = 0; count < 20; count++) client.write(numbered.subarray(0, 10 + count));
      await clock.advance(1_000);
      return course.join("\n");
    };

    const courses = [await courseOf(7), await courseOf(7), await courseOf(8)];

    expect(courses[0]).toBe(courses[1]);
    expect(courses[0]).not.toBe(courses[2]);
  });

  test("an orderly end arrives after all bytes, and both sides hear of it once", async () => {
    const { clock, client, server } = await pair();
    const onClient = collect(client);
    const onServer = collect(server);

    client.write(numbered);
    client.dispose();
    client.dispose();
    await clock.advance(1_000);

    expect(onServer.bytes().equals(numbered)).toBe(true);
    expect([onServer.closed, onClient.closed]).toEqual([[undefined], [undefined]]);
  });

  test("a cut loses what was on its way, and both sides see a reset", async () => {
    const { clock, network, client, server } = await pair({ cutChance: 0 });
    const onClient = collect(client);
    const onServer = collect(server);

    client.write(numbered);
    network.cut(at);
    await clock.advance(1_000);

    expect(onServer.bytes().length).toBe(0);
    expect([...onServer.closed, ...onClient.closed].map((error) => error?.message)).toEqual([
      "read ECONNRESET",
      "read ECONNRESET",
    ]);
    expect(network.connections).toEqual([]);
  });

  test("a black hole delays everything until it is healed", async () => {
    const { clock, network, client, server } = await pair();
    const received = collect(server);
    const hole = network.blackHole(at);

    client.write(numbered);
    await clock.advance(60_000);
    const during = received.bytes().length;
    hole.dispose();
    await clock.advance(1_000);

    expect([during, received.bytes().length]).toEqual([0, numbered.length]);
  });

  test("a full buffer asks the writer to wait, and says when there is room", async () => {
    const { clock, client, server } = await pair({ bufferBytes: 1_500 });
    const onClient = collect(client);
    const onServer = collect(server);
    server.setPaused(true);

    const accepted = [client.write(numbered), client.write(numbered)];
    await clock.advance(1_000);
    const drainsWhilePaused = onClient.got.drains;
    server.setPaused(false);
    await clock.advance(1_000);

    expect([accepted, drainsWhilePaused, onClient.got.drains]).toEqual([[true, false], 0, 1]);
    expect(onServer.bytes().length).toBe(2_000);
  });

  test.each([
    ["nothing listens", "connect", "ECONNREFUSED", () => {}],
    ["it is refused", "connect", "ECONNREFUSED", (network: MemoryNetwork) => network.refuse(at)],
    [
      "the name is unknown",
      "resolve",
      "ENOTFOUND",
      (network: MemoryNetwork) => network.unresolvable(at.host),
    ],
  ] as const)("an attempt fails with its stage when %s", async (name, stage, code, trouble) => {
    const { clock, network } = setUp();
    if (name !== "nothing listens") await network.listen(at, () => {});
    trouble(network);

    const failure = await clock
      .runUntil(network.connect({ ...at, timeoutMs: 100 }))
      .catch((error: unknown) => error);

    expect(ConnectError.is(failure, stage) && failure.code).toBe(code);
  });

  test("an attempt into a black hole ends at its time limit or its signal", async () => {
    const { clock, network } = setUp();
    await network.listen(at, () => {});
    network.blackHole(at);
    const abort = new AbortController();

    const timedOut = network.connect({ ...at, timeoutMs: 100 }).catch((error: unknown) => error);
    const aborted = network.connect({ ...at, timeoutMs: 100 }, abort.signal).catch((error: unknown) => error);
    abort.abort();
    const failures = await clock.runUntil(Promise.all([timedOut, aborted]));

    expect(CancelledError.is(failures[0], "deadline")).toBe(true);
    expect(CancelledError.is(failures[1], "aborted")).toBe(true);
    expect([network.attempts, network.connections.length]).toEqual([2, 0]);
  });

  test("a port is taken once, free again after disposal, and 0 finds a free one", async () => {
    const { network } = setUp();
    const first = await network.listen({ host: "broker", port: 0 }, () => {});
    const second = await network.listen({ host: "broker", port: 0 }, () => {});

    const taken = await network.listen(first, () => {}).catch((error: Error) => error.message);
    first.dispose();
    const again = await network.listen(first, () => {});

    expect([first.port, second.port, again.port]).toEqual([9092, 9093, 9092]);
    expect(taken).toMatch(/EADDRINUSE/);
  });

  test("a run that gets stuck names the open connections", async () => {
    const { clock, client, server } = await pair();
    server.setPaused(true);
    client.write(numbered);

    const outcome = clock.runUntil(new Promise(() => {}));

    await expect(outcome).rejects.toThrow(/client:50000 to broker:9092: 1000 bytes to the server not read/);
  });
});
