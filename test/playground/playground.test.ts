import { describe, expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { Playground } from "#playground/playground.ts";
import { PlaygroundError } from "#playground/playgroundError.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { MemoryNetwork } from "#test/support/memoryNetwork.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";

function makePlayground(options: { nodes?: number; portAttempts?: number; network?: MemoryNetwork } = {}) {
  const clock = new VirtualClock();
  const server = options.network ?? new MemoryNetwork({ clock });
  const random = seededRandom(1);
  const { nodes, portAttempts } = options;
  return new Playground({ clock, random, server, observe: () => {}, basePort: 9092, nodes, portAttempts });
}

describe("starting", () => {
  test("gives each node its own port, one after the other", async () => {
    const playground = makePlayground({ nodes: 3 });

    const nodes = await playground.start();

    expect(nodes).toEqual([
      { nodeId: 1, host: "127.0.0.1", port: 9092 },
      { nodeId: 2, host: "127.0.0.1", port: 9093 },
      { nodeId: 3, host: "127.0.0.1", port: 9094 },
    ]);
    expect(playground.bootstrapServers).toEqual(["127.0.0.1:9092", "127.0.0.1:9093", "127.0.0.1:9094"]);
  });

  test("twice is starting once", async () => {
    const playground = makePlayground();

    expect(await Promise.all([playground.start(), playground.start()])).toMatchObject([
      [{ port: 9092 }],
      [{ port: 9092 }],
    ]);
  });

  test("moves on to the next free block of ports, if it may", async () => {
    const network = new MemoryNetwork({ clock: new VirtualClock() });
    await network.listen({ host: "127.0.0.1", port: 9093 }, () => {});

    const nodes = await makePlayground({ nodes: 2, portAttempts: 3, network }).start();

    expect(nodes.map(({ port }) => port)).toEqual([9094, 9095]);
  });

  test("fails when a port is taken, leaves nothing behind, and can be tried again", async () => {
    const network = new MemoryNetwork({ clock: new VirtualClock() });
    const taken = await network.listen({ host: "127.0.0.1", port: 9093 }, () => {});
    const playground = makePlayground({ nodes: 2, network });

    await expect(playground.start()).rejects.toThrow("EADDRINUSE");
    expect(playground.isRunning).toBe(false);
    taken.dispose();
    expect((await playground.start()).map(({ port }) => port)).toEqual([9092, 9093]);
  });

  test("anew begins with an empty cluster on the same ports", async () => {
    const playground = makePlayground();
    await playground.start();
    playground.createTopic("orders");

    await playground.stop();
    const nodes = await playground.start();

    expect(nodes[0]?.port).toBe(9092);
    expect(playground.topics()).toEqual([]);
  });
});

test("what needs a running playground says so", () => {
  const playground = makePlayground();

  expect(() => playground.createTopic("orders")).toThrow(PlaygroundError);
  expect(() => playground.createTopic("orders")).toThrow("The playground is not running. Start it first.");
});

test.each([
  ["orders", {}, "TOPIC_ALREADY_EXISTS"],
  ["my orders", {}, "INVALID_TOPIC_EXCEPTION"],
  ["new", { partitions: 0 }, "INVALID_PARTITIONS"],
  ["new", { replicationFactor: 2 }, "INVALID_REPLICATION_FACTOR"],
])("creating %s with %o is refused with %s", async (name, shape, code) => {
  const playground = makePlayground();
  await playground.start();
  playground.createTopic("orders");
  let caught: unknown;

  try {
    playground.createTopic(name, shape);
  } catch (error) {
    caught = error;
  }

  expect(BrokerError.is(caught) && caught.code).toBe(code);
});

describe("producing", () => {
  const value = new TextEncoder().encode("an order");

  test("puts records with a key where the key belongs, and others round the partitions", async () => {
    const playground = makePlayground();
    await playground.start();
    playground.createTopic("orders", { partitions: 4 });

    const keyed = await playground.produce({
      topic: "orders",
      records: Array.from({ length: 5 }, () => ({ key: value, value })),
    });
    const round = await playground.produce({
      topic: "orders",
      records: Array.from({ length: 8 }, () => ({ key: null, value })),
    });

    expect(keyed.map(({ records }) => records)).toEqual([5]);
    expect(round.map(({ records }) => records)).toEqual([2, 2, 2, 2]);
  });

  test("to a topic that is not there is refused", async () => {
    const playground = makePlayground();
    await playground.start();

    const work = playground.produce({ topic: "nothing", records: [{ key: null, value }] });

    await expect(work).rejects.toThrow("UNKNOWN_TOPIC_OR_PARTITION: there is no topic nothing");
  });

  test("is refused like any client's, with the broker's reason", async () => {
    const playground = makePlayground();
    await playground.start();
    playground.createTopic("orders");

    const records = [{ key: null, value: new Uint8Array(2_000_000) }];

    await expect(playground.produce({ topic: "orders", records })).rejects.toThrow("MESSAGE_TOO_LARGE");
  });
});

test("an address of IPv6 is printed so that clients can read it", async () => {
  const clock = new VirtualClock();
  const playground = new Playground({
    clock,
    random: seededRandom(1),
    server: new MemoryNetwork({ clock, seed: 1 }),
    observe: () => {},
    host: "::1",
    basePort: 9092,
  });
  await playground.start();

  expect(playground.bootstrapServers).toEqual(["[::1]:9092"]);
});
