import { describe, expect, test } from "vitest";
import { CancelledError } from "#base/clock.ts";
import { ConnectError } from "#base/transport.ts";
import type { RetryNotice } from "#network/cluster.ts";
import { ConnectionError } from "#network/connectionError.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { FakeBroker, failureOf, metadataOf, world } from "./fakeBroker.ts";

const nodes = [1, 2, 3].map((nodeId) => ({ nodeId, host: `b${nodeId}`, port: 9092 }));
const beat = { groupId: "g", generationId: 1, memberId: "m" };
const commit = { groupId: "g", topics: [] };

type Options = Parameters<typeof world>[0] & {
  readonly client?: Parameters<ReturnType<typeof world>["client"]>[1];
};

/** Three brokers; the second coordinates every group, the third is the controller. */
async function setUp(options: Options = {}) {
  const { client: clientOptions, ...worldOptions } = options;
  const { clock, network, client } = world(worldOptions);
  const state = {
    topics: { t: [1, 2, 3] } as Record<string, readonly number[]>,
    leaderEpoch: 0,
    coordinator: nodes[1],
    findError: 0,
    /** Where brokers say they are. */
    advertised: nodes,
  };
  const brokers = nodes.map(() =>
    new FakeBroker()
      .on(metadata, ({ body, answer }) => {
        const asked =
          body.topics === null ? Object.keys(state.topics) : body.topics.map(({ name }) => name ?? "");
        const known = asked.filter((name) => name in state.topics);
        const topics = Object.fromEntries(known.map((name) => [name, state.topics[name] ?? []]));
        const { leaderEpoch, advertised } = state;
        const found = metadataOf({ brokers: advertised, topics, controllerId: 3, leaderEpoch });
        const missing = asked
          .filter((name) => !(name in state.topics))
          .map((name) => ({ errorCode: 3, name, partitions: [] }));
        answer({ ...found, topics: [...found.topics, ...missing] });
      })
      .on(findCoordinator, ({ version, body, answer }) => {
        const node = state.findError === 0 ? state.coordinator : undefined;
        const { nodeId, host, port } = node ?? { nodeId: -1, host: "", port: -1 };
        const found = { nodeId, host, port, errorCode: state.findError, errorMessage: null };
        answer(
          version >= 4 ? { coordinators: body.coordinatorKeys.map((key) => ({ key, ...found })) } : found,
        );
      })
      .on(heartbeat, ({ answer }) => answer({ errorCode: 0 }))
      .on(offsetCommit, () => {})
      .on(listGroups, ({ answer }) => answer({ errorCode: 0, groups: [] })),
  );
  await Promise.all(
    brokers.map((broker, index) => broker.listen(network, { host: `b${index + 1}`, port: 9092 })),
  );
  const cluster = client(["b1:9092", "b2:9092"], clientOptions);
  const retries: RetryNotice[] = [];
  cluster.onRetry((notice) => retries.push(notice));
  const counts = (api: { readonly key: number }) =>
    brokers.map(({ received }) => received.filter((request) => request.api.key === api.key).length);
  return { clock, network, cluster, client, state, brokers, retries, counts };
}

describe("metadata", () => {
  test("says who is there, who leads, and which topics do not exist", async () => {
    const { clock, cluster } = await setUp();

    const known = await clock.runUntil(cluster.refreshMetadata({ topics: ["t", "missing"] }));

    expect([...known.brokers.keys()]).toEqual([1, 2, 3]);
    expect([0, 1, 2, 3].map((partition) => cluster.leaderOf({ topic: "t", partition }))).toEqual([
      1,
      2,
      3,
      undefined,
    ]);
    expect(known.topics.get("missing")).toMatchObject({
      error: "UNKNOWN_TOPIC_OR_PARTITION",
      partitions: [],
    });
    expect([known.controllerId, known.kafkaClusterId, cluster.metadata() === known]).toEqual([
      3,
      "fake",
      true,
    ]);
  });

  test("calls of one moment share a question, later ones wait for their own", async () => {
    const { clock, cluster, counts, brokers } = await setUp();
    const asked = () => counts(metadata).reduce((sum, count) => sum + count);

    const early = [cluster.refreshMetadata({ topics: ["t"] }), cluster.refreshMetadata({ topics: ["u"] })];
    await clock.runUntil(Promise.all(early));
    const first = asked();
    const running = cluster.refreshMetadata();
    while (asked() === first) await clock.advance(1);
    await clock.runUntil(Promise.all([running, cluster.refreshMetadata(), cluster.refreshMetadata()]));

    expect([first, asked()]).toEqual([1, 3]);
    const topics = brokers.flatMap((broker) => broker.requests(metadata).map(({ body }) => body.topics));
    expect(topics[0]?.map(({ name }) => name)).toEqual(["t", "u"]);
  });

  test("is never asked for more often than the least interval allows", async () => {
    const { clock, cluster, counts } = await setUp({ client: { metadataMinIntervalMs: 100 } });
    const until = clock.now() + 5_000;
    const hammer = async () => {
      while (clock.now() < until) await cluster.refreshMetadata();
    };

    await clock.runUntil(hammer());

    expect(counts(metadata).reduce((sum, count) => sum + count)).toBeLessThanOrEqual(52);
  });

  test("what is old is given at once and asked for anew in the background", async () => {
    const { clock, cluster, state } = await setUp({ client: { metadataMaxAgeMs: 60_000 } });
    const changes: number[] = [];
    await clock.runUntil(cluster.refreshMetadata({ topics: ["t"] }));
    cluster.onMetadata((known) => changes.push(known.requestedAt));
    await clock.advance(61_000);
    state.topics = { t: [2] };

    const stale = cluster.metadata()?.topics.get("t")?.partitions.length;
    await clock.advance(1_000);
    const fresh = cluster.metadata()?.topics.get("t")?.partitions.length;

    expect([stale, fresh, changes.length]).toEqual([3, 1, 1]);
  });

  test("a leader that was found to be gone stays unknown until an answer asked for later", async () => {
    const { clock, cluster, state } = await setUp();
    await clock.runUntil(cluster.refreshMetadata({ topics: ["t"] }));
    const partition = { topic: "t", partition: 0 };

    cluster.forgetLeader(partition);
    const forgotten = cluster.leaderOf(partition);
    state.topics = { t: [3, 2, 3] };
    await clock.runUntil(cluster.refreshMetadata());

    expect([forgotten, cluster.leaderOf(partition)]).toEqual([undefined, 3]);
  });

  test("no question creates a topic", async () => {
    const { clock, cluster, brokers } = await setUp();

    await clock.runUntil(cluster.refreshMetadata({ topics: ["new"] }));

    const asked = brokers.flatMap((broker) =>
      broker.requests(metadata).map(({ body }) => body.allowAutoTopicCreation),
    );
    expect(asked).toEqual([false]);
  });
});

describe("routing", () => {
  test("each destination leads to its broker", async () => {
    const { clock, cluster, counts } = await setUp();
    await clock.runUntil(cluster.refreshMetadata());

    const toNode = await clock.runUntil(cluster.send({ node: 1 }, heartbeat, beat));
    const toCoordinator = await clock.runUntil(cluster.send({ coordinator: "g" }, heartbeat, beat));
    const toController = await clock.runUntil(cluster.send({ controller: true }, heartbeat, beat));

    expect([toNode.nodeId, toCoordinator.nodeId, toController.nodeId]).toEqual([1, 2, 3]);
    expect(counts(heartbeat)).toEqual([1, 1, 1]);
  });

  test("works without metadata: it is asked for when it is needed", async () => {
    const { clock, cluster } = await setUp();

    const { broker } = await clock.runUntil(cluster.send({ node: 3 }, heartbeat, beat));

    expect(broker).toBe("b3:9092");
  });

  test("a node the cluster does not have is named", async () => {
    const { clock, cluster } = await setUp();

    const failure = await clock.runUntil(failureOf(cluster.send({ node: 9 }, heartbeat, beat)));

    expect(ConnectionError.is(failure, "UNKNOWN_NODE") && failure.message).toMatch(/broker 9 is not part/);
  });

  test.each([[[4, 6]], [[0, 3]]] as const)(
    "a coordinator is found once, with FindCoordinator v%j",
    async ([min, max]) => {
      const { clock, cluster, brokers, counts } = await setUp();
      for (const broker of brokers) {
        broker.offered = [
          { apiKey: findCoordinator.key, minVersion: min, maxVersion: max },
          { apiKey: metadata.key, minVersion: 0, maxVersion: 13 },
        ];
      }

      const found = await clock.runUntil(
        Promise.all([cluster.coordinatorOf("g"), cluster.coordinatorOf("g")]),
      );
      await clock.runUntil(cluster.coordinatorOf("g"));
      const askedBefore = counts(findCoordinator).reduce((sum, count) => sum + count);
      cluster.forgetCoordinator("g");
      await clock.runUntil(cluster.coordinatorOf("g"));

      expect(found.map(({ nodeId, host }) => [nodeId, host])).toEqual([
        [2, "b2"],
        [2, "b2"],
      ]);
      expect([askedBefore, counts(findCoordinator).reduce((sum, count) => sum + count)]).toEqual([1, 2]);
    },
  );

  test("a coordinator that is still being elected is waited for, without haste", async () => {
    const { clock, cluster, state, counts } = await setUp();
    state.findError = 15;
    clock.schedule(10_000, () => {
      state.findError = 0;
    });

    const node = await clock.runUntil(cluster.coordinatorOf("g"));

    expect(node.nodeId).toBe(2);
    expect(counts(findCoordinator).reduce((sum, count) => sum + count)).toBeLessThan(25);
  });

  test("a coordinator that is never elected costs the time given, and the reason is told", async () => {
    const { clock, cluster, state } = await setUp();
    state.findError = 15;

    const failure = await clock.runUntil(
      failureOf(cluster.send({ coordinator: "g" }, heartbeat, beat, { timeoutMs: 4_000 })),
    );

    expect(ConnectionError.is(failure, "TIMEOUT") && failure.message).toBe(
      "finding the coordinator of g: not done in time (FindCoordinator was answered with COORDINATOR_NOT_AVAILABLE)",
    );
  });

  test("a group that may not be seen is an answer, not a retry", async () => {
    const { clock, cluster, state, counts } = await setUp();
    state.findError = 30;

    const failure = await clock.runUntil(failureOf(cluster.send({ coordinator: "g" }, heartbeat, beat)));

    expect(BrokerError.is(failure, "GROUP_AUTHORIZATION_FAILED")).toBe(true);
    expect(counts(findCoordinator).reduce((sum, count) => sum + count)).toBe(1);
  });

  test("a Fetch or JoinGroup that waits does not delay another channel", async () => {
    const { clock, cluster } = await setUp();
    const slow = failureOf(
      cluster.send({ node: 1, channel: "fetch" }, offsetCommit, commit, { timeoutMs: 9_000 }),
    );
    await clock.advance(100);

    const started = clock.now();
    await clock.runUntil(cluster.send({ node: 1 }, heartbeat, beat));

    expect(clock.now() - started).toBeLessThan(100);
    await clock.runUntil(slow);
  });
});

describe("trouble", () => {
  test("any broker will do: those that fail are passed over", async () => {
    const { clock, network, cluster, retries } = await setUp();
    network.refuse({ host: "b1", port: 9092 });

    const known = await clock.runUntil(cluster.refreshMetadata());

    expect([known.brokers.size, retries]).toEqual([3, []]);
  });

  test("when nobody answers, each is named with its reason", async () => {
    const { clock, network, client } = await setUp();
    network.refuse({ host: "b1", port: 9092 });
    network.unresolvable("nowhere");
    const cluster = client(["b1:9092", "nowhere:9092"]);

    const failure = await clock.runUntil(failureOf(cluster.refreshMetadata()));

    expect(ConnectionError.is(failure, "NO_BROKER") && failure.message).toBe(
      "Metadata: no broker answered (b1:9092: b1:9092 refused the connection; nowhere:9092: nowhere does not resolve)",
    );
  });

  test("a request for any broker waits for one to come up", async () => {
    const { clock, network, cluster, retries } = await setUp();
    const closed = [1, 2].map((node) => network.refuse({ host: `b${node}`, port: 9092 }));
    clock.schedule(5_000, () => closed.map((each) => each.dispose()));

    const { body } = await clock.runUntil(cluster.send({ any: true }, listGroups, {}));

    expect(body.errorCode).toBe(0);
    expect(retries.length).toBeGreaterThan(0);
    expect(network.attempts).toBeLessThan(30);
  });

  test("an advertised address that does not resolve is named with its broker", async () => {
    const { clock, network, cluster, state } = await setUp();
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
    const { clock, network, cluster, state } = await setUp();
    state.advertised = nodes.map((node) => (node.nodeId === 3 ? { ...node, host: "inside" } : node));
    network.refuse({ host: "inside", port: 9092 });

    const failure = await clock.runUntil(failureOf(cluster.send({ node: 3 }, heartbeat, beat)));

    expect(ConnectionError.is(failure, "TIMEOUT") && failure.message).toMatch(
      /^broker 3 advertises inside:9092, and .*; the broker's advertised\.listeners must name an address that can be reached from here$/,
    );
  });

  test("brokers that all moved are found again through the bootstrap servers (KIP-899)", async () => {
    const { clock, network, cluster, state, brokers } = await setUp();
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
    const { clock, network, cluster, state } = await setUp();
    await clock.runUntil(cluster.send({ coordinator: "g" }, heartbeat, beat));
    network.refuse({ host: "b2", port: 9092 });
    network.cut({ host: "b2", port: 9092 });
    state.coordinator = nodes[2];

    const { nodeId } = await clock.runUntil(cluster.send({ coordinator: "g" }, heartbeat, beat));

    expect(nodeId).toBe(3);
  });

  test("a commit that was sent is never sent twice by the client", async () => {
    const { clock, network, cluster, counts, retries } = await setUp();
    const sent = failureOf(cluster.send({ node: 1 }, offsetCommit, commit));
    while (counts(offsetCommit)[0] === 0) await clock.advance(1);

    network.cut();
    const failure = await clock.runUntil(sent);
    await clock.advance(60_000);

    expect(ConnectionError.is(failure, "CLOSED") && failure.unsent).toBe(false);
    expect([counts(offsetCommit), retries]).toEqual([[1, 0, 0], []]);
  });

  test("a question that only reads is asked again after a lost connection", async () => {
    const { clock, cluster, brokers, counts, retries } = await setUp();
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
    const { clock, network, cluster, retries } = await setUp();
    await clock.runUntil(cluster.refreshMetadata());
    network.refuse({ host: "b2", port: 9092 });

    const failure = await clock.runUntil(
      failureOf(cluster.send({ node: 2, channel: "x" }, heartbeat, beat, { retry: "never" })),
    );

    expect([ConnectError.is(failure, "connect"), retries]).toEqual([true, []]);
  });

  test("an unreachable broker costs the time given, and no more", async () => {
    const { clock, network, cluster } = await setUp();
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
    const { clock, network, cluster, state } = await setUp();
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
    const { clock, network, cluster, state } = await setUp();
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
    const { clock, network, client, brokers } = await setUp();
    await brokers[0]?.listen(network, { host: "bootstrap", port: 9092 });
    const cluster = client(["bootstrap:9092"]);

    await clock.runUntil(cluster.refreshMetadata());
    await clock.runUntil(cluster.send({ node: 1 }, heartbeat, beat));
    await clock.runUntil(cluster.refreshMetadata());
    await clock.advance(1_000);

    expect(network.connections.map(({ serverAddress }) => serverAddress)).not.toContain("bootstrap:9092");
  });

  test("what is idle goes with a connection that died in silence, and what works stays", async () => {
    const { clock, network, cluster } = await setUp();
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
    const { client } = await setUp();

    expect(() => client(["nonsense"])).toThrow(/"nonsense" is not an address/);
    expect(() => client([])).toThrow(/at least one/);
  });
});
