import { describe, expect, test } from "vitest";
import { CancelledError } from "#base/clock.ts";
import { ConnectError } from "#base/transport.ts";
import { ConnectionError } from "#network/connectionError.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { failureOf } from "./fakeBroker.ts";
import { beat, commit, nodes, threeBrokers } from "./threeBrokers.ts";

describe("trouble", () => {
  test("any broker will do: those that fail are passed over", async () => {
    const { clock, network, cluster, retries } = await threeBrokers();
    network.refuse({ host: "b1", port: 9092 });

    const known = await clock.runUntil(cluster.refreshMetadata());

    expect([known.brokers.size, retries]).toEqual([3, []]);
  });

  test("when nobody answers, each is named with its reason", async () => {
    const { clock, network, client } = await threeBrokers();
    network.refuse({ host: "b1", port: 9092 });
    network.unresolvable("nowhere");
    const cluster = client(["b1:9092", "nowhere:9092"]);

    const failure = await clock.runUntil(failureOf(cluster.refreshMetadata()));

    expect(ConnectionError.is(failure, "NO_BROKER") && failure.message).toBe(
      "Metadata: no broker answered (b1:9092: b1:9092 refused the connection; nowhere:9092: nowhere does not resolve)",
    );
  });

  test("a request for any broker waits for one to come up", async () => {
    const { clock, network, cluster, retries } = await threeBrokers();
    const closed = [1, 2].map((node) => network.refuse({ host: `b${node}`, port: 9092 }));
    clock.schedule(5_000, () => closed.map((each) => each.dispose()));

    const { body } = await clock.runUntil(cluster.send({ any: true }, listGroups, {}));

    expect(body.errorCode).toBe(0);
    expect(retries.length).toBeGreaterThan(0);
    expect(network.attempts).toBeLessThan(30);
  });

  test("an advertised address that does not resolve is named with its broker", async () => {
    const { clock, network, cluster, state } = await threeBrokers();
    state.advertised = nodes.map((node) =>
      node.nodeId === 3 ? { ...node, host: "kafka-3.internal" } : node,
    );
    network.unresolvable("kafka-3.internal");

    const failure = await clock.runUntil(failureOf(cluster.send({ node: 3 }, heartbeat, beat)));

    expect(ConnectError.is(failure, "resolve") && failure.message).toBe(
      "broker 3 advertises kafka-3.internal:9092, and kafka-3.internal does not resolve; make the name resolvable here, or change the broker's advertised.listeners",
    );
  });

  test("an advertised address where nothing listens is named with its broker when the time is over", async () => {
    const { clock, network, cluster, state } = await threeBrokers();
    state.advertised = nodes.map((node) => (node.nodeId === 3 ? { ...node, host: "inside" } : node));
    network.refuse({ host: "inside", port: 9092 });

    const failure = await clock.runUntil(failureOf(cluster.send({ node: 3 }, heartbeat, beat)));

    expect(ConnectionError.is(failure, "TIMEOUT") && failure.message).toMatch(
      /^broker 3 advertises inside:9092, and .*; the broker's advertised\.listeners must name an address that can be reached from here$/,
    );
  });

  test("brokers that all moved are found again through the bootstrap servers (KIP-899)", async () => {
    const { clock, network, cluster, state, brokers } = await threeBrokers();
    state.advertised = nodes.map((node) => ({ ...node, host: `old-${node.host}` }));
    const old = await Promise.all(
      brokers.map((broker, index) => broker.listen(network, { host: `old-b${index + 1}`, port: 9092 })),
    );
    await clock.runUntil(cluster.send({ node: 1 }, heartbeat, beat));
    for (const each of old) each.dispose();
    network.cut();
    state.advertised = nodes;

    const { broker } = await clock.runUntil(cluster.send({ node: 1 }, heartbeat, beat));

    expect(broker).toBe("b1:9092");
  });

  test("a coordinator that died is looked for again, and the request sent to the next", async () => {
    const { clock, network, cluster, state } = await threeBrokers();
    await clock.runUntil(cluster.send({ coordinator: "g" }, heartbeat, beat));
    network.refuse({ host: "b2", port: 9092 });
    network.cut({ host: "b2", port: 9092 });
    state.coordinator = nodes[2];

    const { nodeId } = await clock.runUntil(cluster.send({ coordinator: "g" }, heartbeat, beat));

    expect(nodeId).toBe(3);
  });

  test("a commit that was sent is never sent twice by the client", async () => {
    const { clock, network, cluster, counts, retries } = await threeBrokers();
    const sent = failureOf(cluster.send({ node: 1 }, offsetCommit, commit));
    while (counts(offsetCommit)[0] === 0) await clock.advance(1);

    network.cut();
    const failure = await clock.runUntil(sent);
    await clock.advance(60_000);

    expect(ConnectionError.is(failure, "CLOSED") && failure.unsent).toBe(false);
    expect([counts(offsetCommit), retries]).toEqual([[1, 0, 0], []]);
  });

  test("a question that only reads is asked again after a lost connection", async () => {
    const { clock, cluster, brokers, counts, retries } = await threeBrokers();
    brokers[0]?.on(listGroups, ({ stream, answer }) => {
      if (counts(listGroups)[0] === 1) stream.dispose();
      else answer({ errorCode: 0, groups: [] });
    });

    const { body } = await clock.runUntil(cluster.send({ node: 1 }, listGroups, {}));

    expect([body.errorCode, counts(listGroups)]).toEqual([0, [2, 0, 0]]);
    expect(retries.map(({ api, broker, attempt }) => [api, broker, attempt])).toEqual([
      ["ListGroups", "b1:9092", 1],
    ]);
  });

  test("on request the first failure is handed over", async () => {
    const { clock, network, cluster, retries } = await threeBrokers();
    await clock.runUntil(cluster.refreshMetadata());
    network.refuse({ host: "b2", port: 9092 });

    const failure = await clock.runUntil(
      failureOf(cluster.send({ node: 2, channel: "x" }, heartbeat, beat, { retry: "never" })),
    );

    expect([ConnectError.is(failure, "connect"), retries]).toEqual([true, []]);
  });

  test("an unreachable broker costs the time given, and no more", async () => {
    const { clock, network, cluster } = await threeBrokers();
    await clock.runUntil(cluster.refreshMetadata());
    network.blackHole({ host: "b3", port: 9092 });
    const started = clock.now();

    const failure = await clock.runUntil(
      failureOf(cluster.send({ node: 3, channel: "x" }, heartbeat, beat, { timeoutMs: 2_500 })),
    );

    expect(ConnectionError.is(failure, "TIMEOUT")).toBe(true);
    expect(clock.now() - started).toBeLessThanOrEqual(2_510);
  });

  test("an abort releases the waiter wherever it waits", async () => {
    const { clock, network, cluster, state } = await threeBrokers();
    await clock.runUntil(cluster.refreshMetadata());
    network.blackHole({ host: "b3", port: 9092 });
    state.findError = 15;
    const abort = new AbortController();
    const { signal } = abort;

    const waiting = [
      failureOf(cluster.send({ node: 3, channel: "x" }, heartbeat, beat, { signal })),
      failureOf(cluster.send({ coordinator: "g" }, heartbeat, beat, { signal })),
      failureOf(cluster.send({ node: 1 }, offsetCommit, commit, { signal })),
      failureOf(cluster.coordinatorOf("h", { signal })),
      failureOf(cluster.refreshMetadata({ signal })),
    ];
    await clock.advance(50);
    const aborted = clock.now();
    abort.abort();
    const failures = await clock.runUntil(Promise.all(waiting.slice(0, 4)));

    expect(failures.map((failure) => CancelledError.is(failure, "aborted"))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(clock.now()).toBe(aborted);
    cluster.close();
    await clock.runUntil(Promise.allSettled(waiting));
  });

  test("closing settles everything at once, and leaves neither connection nor timer", async () => {
    const { clock, network, cluster, state } = await threeBrokers();
    await clock.runUntil(cluster.refreshMetadata());
    network.blackHole({ host: "b3", port: 9092 });
    state.findError = 15;

    const waiting = [
      cluster.send({ node: 3, channel: "x" }, heartbeat, beat),
      cluster.send({ coordinator: "g" }, heartbeat, beat),
      cluster.send({ node: 1 }, offsetCommit, commit),
      cluster.coordinatorOf("h"),
      cluster.refreshMetadata(),
    ].map(failureOf);
    await clock.advance(5);
    const closed = clock.now();
    cluster.close();
    cluster.close();
    const failures = await clock.runUntil(Promise.all([...waiting, failureOf(cluster.refreshMetadata())]));
    const settled = clock.now();
    await clock.advance(1_000);

    expect(failures.map((failure) => ConnectionError.is(failure) && failure.code)).toEqual(
      Array.from({ length: 6 }, () => "CLIENT_CLOSED"),
    );
    expect([settled, network.connections, clock.pending]).toEqual([closed, [], 0]);
  });

  test("addresses nobody advertises are let go once the brokers are known", async () => {
    const { clock, network, client, brokers } = await threeBrokers();
    await brokers[0]?.listen(network, { host: "bootstrap", port: 9092 });
    const cluster = client(["bootstrap:9092"]);

    await clock.runUntil(cluster.refreshMetadata());
    await clock.runUntil(cluster.send({ node: 1 }, heartbeat, beat));
    await clock.runUntil(cluster.refreshMetadata());
    await clock.advance(1_000);

    expect(network.connections.map(({ serverAddress }) => serverAddress)).not.toContain("bootstrap:9092");
  });

  test("what is idle goes with a connection that died in silence, and what works stays", async () => {
    const { clock, network, cluster } = await threeBrokers();
    await clock.runUntil(cluster.refreshMetadata());
    await clock.runUntil(cluster.send({ node: 2, channel: "idle" }, heartbeat, beat));
    await clock.runUntil(cluster.send({ coordinator: "g" }, heartbeat, beat));
    const working = failureOf(
      cluster.send({ node: 2, channel: "busy" }, offsetCommit, commit, { timeoutMs: 9_000 }),
    );
    await clock.advance(100);
    const before = network.connections;
    for (const connection of before.filter(({ serverAddress }) => serverAddress === "b2:9092"))
      connection.stall();

    await clock.runUntil(
      failureOf(
        cluster.send({ coordinator: "g" }, heartbeat, beat, {
          timeoutMs: 2_000,
          silenceMs: 1_000,
          retry: "never",
        }),
      ),
    );
    const started = clock.now();
    await clock.runUntil(cluster.send({ coordinator: "g" }, heartbeat, beat));
    await clock.runUntil(cluster.send({ node: 2, channel: "idle" }, heartbeat, beat));

    expect(clock.now() - started).toBeLessThan(500);
    expect(
      network.connections
        .filter((connection) => before.includes(connection))
        .map(({ serverAddress }) => serverAddress),
    ).toContain("b2:9092");
    await clock.runUntil(working);
  });

  test("a bootstrap server that is no address is refused at once", async () => {
    const { client } = await threeBrokers();

    expect(() => client(["nonsense"])).toThrow(/"nonsense" is not an address/);
    expect(() => client([])).toThrow(/at least one/);
  });
});
