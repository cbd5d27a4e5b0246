import { describe, expect, test } from "vitest";
import { CancelledError } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { BrokerConnection } from "#network/brokerConnection.ts";
import { ConnectionError } from "#network/connectionError.ts";
import { NodeLink } from "#network/nodeLink.ts";
import type { SaslCredentials } from "#network/sasl/saslCredentials.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { FakeBroker, failureOf, world } from "./fakeBroker.ts";

const at = { host: "broker", port: 9092 };
const beat = { groupId: "g", generationId: 1, memberId: "m" };

async function setUp(sasl?: SaslCredentials) {
  const { clock, network } = world();
  const broker = new FakeBroker().on(heartbeat, ({ answer }) => answer({ errorCode: 0 }));
  await broker.listen(network, at);
  const random = seededRandom(1);
  const link = new NodeLink({
    clock,
    random,
    broker: "broker:9092",
    open: (signal) =>
      BrokerConnection.open(
        {
          endpoint: at,
          sasl,
          clientId: "test",
          transport: network,
          clock,
          random,
          connectTimeoutMs: 1_000,
          requestTimeoutMs: 5_000,
          maxFrameBytes: 1 << 20,
        },
        signal,
      ),
  });
  const acquire = (timeoutMs = 60_000, signal?: AbortSignal) =>
    link.acquire({ deadlineAt: clock.now() + timeoutMs, signal });
  /** Uses the link as a careless caller would: again and again, at once. */
  const hammer = async (use: (connection: BrokerConnection) => Promise<unknown>, forMs: number) => {
    const until = clock.now() + forMs;
    while (clock.now() < until) {
      try {
        await use(await acquire());
      } catch (error) {
        if (ConnectionError.is(error, "CLIENT_CLOSED")) return;
      }
    }
  };
  return { clock, network, broker, link, acquire, hammer };
}

describe("NodeLink", () => {
  test("all who wait share one attempt, and one connection", async () => {
    const { clock, network, acquire } = await setUp();

    const connections = await clock.runUntil(Promise.all([acquire(), acquire(), acquire()]));
    const later = await clock.runUntil(acquire());

    expect(new Set([...connections, later]).size).toBe(1);
    expect(network.attempts).toBe(1);
  });

  test("a waiter that gives up leaves the others their attempt", async () => {
    const { clock, network, acquire } = await setUp();
    const hole = network.blackHole(at);
    const abort = new AbortController();

    const impatient = failureOf(acquire(100));
    const aborted = failureOf(acquire(60_000, abort.signal));
    const patient = acquire();
    clock.schedule(50, () => abort.abort());
    clock.schedule(1_500, () => hole.dispose());
    const failures = await clock.runUntil(Promise.all([impatient, aborted]));
    const outcome = await clock.runUntil(patient.catch((error: unknown) => error));

    expect(ConnectionError.is(failures[0], "TIMEOUT") && failures[0].unsent).toBe(true);
    expect(CancelledError.is(failures[1], "aborted")).toBe(true);
    expect(CancelledError.is(outcome)).toBe(false);
  });

  test.each([
    ["refuses", (parts: Awaited<ReturnType<typeof setUp>>) => void parts.network.refuse(at)],
    [
      "accepts and hangs up at once",
      ({ broker }: Awaited<ReturnType<typeof setUp>>) => {
        broker.accept = (stream) => stream.dispose();
      },
    ],
    [
      "lets us in and hangs up at the first request",
      ({ broker }: Awaited<ReturnType<typeof setUp>>) => {
        broker.on(heartbeat, ({ stream }) => stream.dispose());
      },
    ],
  ])("a broker that %s is tried ever more rarely", async (_name, trouble) => {
    const parts = await setUp();
    trouble(parts);

    const done = parts.hammer((connection) => connection.send(heartbeat, beat), 60_000);
    await parts.clock.advance(1_000);
    const inFirstSecond = parts.network.attempts;
    await parts.clock.runUntil(done);

    expect(inFirstSecond).toBeLessThanOrEqual(12);
    expect(parts.network.attempts).toBeLessThan(45);
    expect(parts.network.attempts).toBeGreaterThan(10);
  });

  test("a broker that answers once and hangs up is tried at most twenty times a second", async () => {
    const { clock, network, broker, hammer } = await setUp();
    broker.on(heartbeat, ({ answer, stream }) => {
      answer({ errorCode: 0 });
      stream.dispose();
    });

    await clock.runUntil(hammer((connection) => connection.send(heartbeat, beat), 10_000));

    expect(network.attempts).toBeLessThanOrEqual(200);
    expect(network.attempts).toBeGreaterThan(50);
  });

  test("a wrong password is not tried like a lost connection", async () => {
    const { clock, network, broker, hammer } = await setUp({
      mechanism: "PLAIN",
      username: "u",
      password: "p",
    });
    broker.on(saslHandshake, ({ answer }) => answer({ errorCode: 0, mechanisms: ["PLAIN"] }));
    broker.on(saslAuthenticate, ({ answer }) =>
      answer({ errorCode: 58, errorMessage: "no", authBytes: Uint8Array.of() }),
    );

    await clock.runUntil(hammer(() => Promise.resolve(), 30_000));

    expect(network.attempts).toBeLessThan(25);
  });

  test("a waiter whose time ends between attempts is told why the last one failed", async () => {
    const { clock, network, acquire } = await setUp();
    network.refuse(at);
    let outcome: unknown;
    while (!ConnectionError.is(outcome, "TIMEOUT")) outcome = await clock.runUntil(failureOf(acquire(40)));

    expect(outcome.cause).toMatchObject({ name: "ConnectError", stage: "connect" });
    expect(outcome.message).toContain("connecting to broker:9092");
  });

  test("a connection lost is opened again when needed, and not before", async () => {
    const { clock, network, link, acquire } = await setUp();
    const notices: string[] = [];
    link.onNotice(({ state }) => notices.push(state));
    const first = await clock.runUntil(acquire());

    network.cut();
    await clock.advance(60_000);
    const attemptsWhenUnused = network.attempts;
    const second = await clock.runUntil(acquire());

    expect([attemptsWhenUnused, network.attempts, first === second]).toEqual([1, 2, false]);
    expect(notices).toEqual(["connecting", "connected", "closed", "connecting", "connected"]);
  });

  test.each([0, 2, 6])(
    "disposed after %d ms it ends whatever it was doing, and settles all",
    async (afterMs) => {
      const { clock, network, link, acquire } = await setUp();
      const waiters = [acquire(), acquire()].map((work) =>
        work.then(
          (connection) => connection.end,
          (error) => error,
        ),
      );

      await clock.advance(afterMs);
      link.dispose();
      const outcomes = await clock.runUntil(Promise.all([...waiters, failureOf(acquire())]));
      await clock.advance(1_000);

      expect(
        outcomes.every((outcome) => outcome === undefined || ConnectionError.is(outcome, "CLIENT_CLOSED")),
      ).toBe(true);
      expect(ConnectionError.is(outcomes[2], "CLIENT_CLOSED")).toBe(true);
      expect([network.connections, clock.pending]).toEqual([[], 0]);
    },
  );
});
