import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import type { Broker } from "#playground/broker.ts";
import { Playground } from "#playground/playground.ts";
import { loadSamples } from "#playground/workload/samples/loadSamples.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { MemoryDataFiles } from "#test/support/memoryDataFiles.ts";
import { MemoryNetwork } from "#test/support/memoryNetwork.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import { RawClient } from "../rawClient.ts";
import { batchWith, everythingOf, storedBroker } from "./storedBroker.ts";

let files: MemoryDataFiles;

// Reading it takes real time, of which virtual time knows nothing.
beforeAll(loadSamples);

beforeEach(() => {
  files = new MemoryDataFiles();
});

function logOf(broker: Broker, partition = 0) {
  const log = broker.topics.log("orders", partition);
  if (!log) throw new Error("there is no such log");
  return log;
}

/** Two partitions with two batches each, in files of their own. */
async function filled() {
  const stored = await storedBroker(files, { segmentBytes: 1 });
  stored.broker.topics.create("orders", { partitions: 2, replicationFactor: 1 });
  for (const partition of [0, 1]) {
    stored.broker.append(logOf(stored.broker, partition), batchWith(["a", "b"]));
    stored.broker.append(logOf(stored.broker, partition), batchWith(["c"]));
  }
  stored.stop();
  return stored;
}

function flipByte(file: string, at: number): void {
  const bytes = files.read(file);
  if (!bytes) throw new Error(`there is no ${file}`);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  files.contents.set(file, bytes);
}

function fileOf(partition: number, name = "00000001.log"): string {
  const found = Array.from(files.contents.keys()).find((file) => file.endsWith(`/${partition}/${name}`));
  if (found === undefined) throw new Error(`partition ${partition} has no ${name}`);
  return found;
}

describe("a data directory", () => {
  test("whose partition is damaged starts that one empty, and keeps the files for whoever wants to look", async () => {
    await filled();
    flipByte(fileOf(0), 20);

    const { broker, notices } = await storedBroker(files);

    expect(notices).toEqual([
      expect.stringMatching(/^orders-0: topics\/.*\/0\/00000001.log, byte 0: this is not what was written/),
    ]);
    expect([logOf(broker, 0).logEndOffset, logOf(broker, 1).logEndOffset]).toEqual([0n, 3n]);
    expect(Array.from(files.contents.keys()).some((file) => file.includes("/0.damaged/"))).toBe(true);
    broker.append(logOf(broker, 0), batchWith(["new"]));
    expect((await storedBroker(files.cutAfter(files.appendedBytes))).notices).toEqual([]);
  });

  test("that lacks a file in the middle does not pretend that the rest follows", async () => {
    await filled();
    files.contents.set(fileOf(0, "00000002.log"), files.read(fileOf(1, "00000001.log")) ?? new Uint8Array(0));

    const { broker, notices } = await storedBroker(files);

    expect(notices).toEqual([expect.stringContaining("does not follow from what is before it")]);
    expect(logOf(broker, 0).logEndOffset).toBe(0n);
  });

  test.each([
    ["in the middle", '"kafkaClusterId"', /^journal.log, byte \d+: this is not what was written/],
    ["at its end", '"type":"topic"', /^journal.log, byte \d+: the last entry was not finished/],
  ])(
    "whose journal is damaged %s sets aside what it no longer knows, for good",
    async (_where, mark, notice) => {
      const { broker } = await filled();
      const [topic] = broker.topics.all;
      flipByte("journal.log", Buffer.from(files.read("journal.log") ?? []).indexOf(mark));

      const next = await storedBroker(files);
      next.stop();
      const again = await storedBroker(files);

      expect(next.notices).toEqual([expect.stringMatching(notice)]);
      expect(again.notices).toEqual([]);
      expect(files.list("topics")).toEqual([`${topic?.topicId}.damaged`]);
    },
  );

  test("that cannot be written any more says so once, and the playground goes on", async () => {
    const { broker, notices } = await storedBroker(files);
    broker.topics.create("orders", { partitions: 1, replicationFactor: 1 });
    files.failure = new Error("ENOSPC: no space left on device");

    broker.append(logOf(broker), batchWith(["a"]));
    broker.append(logOf(broker), batchWith(["b"]));

    expect(logOf(broker).logEndOffset).toBe(2n);
    expect(notices).toEqual([
      "nothing that happens from here on is kept: ENOSPC: no space left on device (data directory memory)",
    ]);
  });

  test("holds no more than the memory's bound lets the playground hold, and a little", async () => {
    const stored = await storedBroker(files, { segmentBytes: 4_000, settings: { maxLogBytes: 20_000 } });
    stored.broker.topics.create("orders", { partitions: 1, replicationFactor: 1 });

    for (let index = 0; index < 500; index++)
      stored.broker.append(logOf(stored.broker), batchWith(["x".repeat(500)]));

    const held = Array.from(files.contents.values()).reduce((total, bytes) => total + bytes.length, 0);
    expect(held).toBeLessThan(20_000 + 2 * 4_000 + 2_000);
    expect(logOf(stored.broker).logStartOffset).toBeGreaterThan(400n);
    const before = everythingOf(stored.broker);
    stored.stop();
    expect(everythingOf((await storedBroker(files)).broker)).toEqual(before);
  });

  test("goes on giving up files of a log that was read back", async () => {
    await filled();
    const { broker } = await storedBroker(files, { segmentBytes: 1 });
    broker.append(logOf(broker), batchWith(["d"]));

    const folder = fileOf(0).split("/").slice(0, -1).join("/");
    broker.memory.freed(logOf(broker).deleteBefore(2n));

    expect(files.list(folder)[0]).toBe("00000002.log");
  });

  test("gives up the oldest batches when it is opened with less memory", async () => {
    await filled();

    const { broker, notices } = await storedBroker(files, { settings: { maxLogBytes: 700 } });

    expect(notices).toEqual([expect.stringContaining("of the oldest batches had no room in memory")]);
    expect(broker.memory.usedBytes).toBeLessThanOrEqual(700);
  });

  test("counts what it gave up when it was opened like what it gives up later", async () => {
    await filled();
    const { broker, clock, observed } = await storedBroker(files, { settings: { maxLogBytes: 700 } });

    await clock.advance(1_000);

    const gone = [0, 1].reduce((sum, partition) => sum + Number(logOf(broker, partition).logStartOffset), 0);
    expect(gone).toBeGreaterThan(0);
    expect(observed.filter(({ type }) => type === "broker.dropped")).toEqual([
      { type: "broker.dropped", topics: [expect.objectContaining({ topic: "orders", records: gone })] },
    ]);
  });

  test("never gives a topic the id of another that was kept, although a seed gives the same ids again", async () => {
    const first = await storedBroker(files);
    const orders = first.broker.topics.create("orders", { partitions: 1, replicationFactor: 1 });
    first.stop();
    const next = await storedBroker(files);

    const clicks = next.broker.topics.create("clicks", { partitions: 1, replicationFactor: 1 });

    expect(clicks.topicId).not.toBe(orders.topicId);
    expect(Array.from(next.broker.topics.all, ({ name }) => name)).toEqual(["orders", "clicks"]);
  });

  test("expires what a topic's retention had not expired before", async () => {
    const first = await storedBroker(files);
    const configs = new Map([["retention.ms", "1000"]]);
    first.broker.topics.create("orders", { partitions: 1, replicationFactor: 1, configs });
    first.broker.append(logOf(first.broker), batchWith(["old"]));
    first.stop();
    const next = await storedBroker(files);

    await next.clock.advance(60_000);

    expect(logOf(next.broker).logStartOffset).toBe(1n);
  });

  test("never gives a producer id twice", async () => {
    const first = await storedBroker(files);
    const given = Array.from({ length: 1_500 }, () => first.broker.nextProducerId());
    first.stop();

    const next = await storedBroker(files);

    expect(given).not.toContain(next.broker.nextProducerId());
  });

  test("aborts the transactions that were open", async () => {
    const first = await storedBroker(files);
    first.broker.topics.create("orders", { partitions: 1, replicationFactor: 1 });
    const id = first.broker.nextProducerId();
    first.broker.append(logOf(first.broker), batchWith(["tx"], { id, sequence: 0, transactional: true }));
    first.stop();

    const next = await storedBroker(files);

    const log = logOf(next.broker);
    expect(next.notices).toEqual([expect.stringContaining("transactions were open in 1 partitions")]);
    expect(log.lastStableOffset).toBe(2n);
    expect(log.producers.transactions.abortedBetween(0n, 2n)).toEqual([{ producerId: id, firstOffset: 0n }]);
  });

  test("forgets a topic that was deleted, its files included", async () => {
    const { broker } = await storedBroker(files);
    const topic = broker.topics.create("orders", { partitions: 1, replicationFactor: 1 });
    broker.append(logOf(broker), batchWith(["a"]));

    broker.deleteTopic(topic);

    expect(files.list("topics")).toEqual([]);
    expect(Array.from((await storedBroker(files.cutAfter(files.appendedBytes))).broker.topics.all)).toEqual(
      [],
    );
  });

  test("writes its journal anew before it grows without bound", async () => {
    const { broker } = await storedBroker(files);
    const topic = broker.topics.create("orders", { partitions: 1, replicationFactor: 1 });
    const text = "x".repeat(10_000);

    for (let index = 0; index < 500; index++)
      broker.topics.setConfigs(topic, new Map([["note", text + index]]));

    expect(files.contents.get("journal.log")?.length).toBeLessThan(1_200_000);
  });
});

describe("a playground with a data directory", () => {
  const clock = new VirtualClock();
  let network: MemoryNetwork;

  function playgroundAt(basePort: number, observed: string[] = [], nodes = 2): Playground {
    return new Playground({
      clock,
      random: seededRandom(observed.length + basePort),
      server: network,
      observe: (body) => observed.push(body.type),
      basePort,
      portAttempts: 5,
      nodes,
      data: files,
    });
  }

  beforeEach(() => {
    network = new MemoryNetwork({ clock, seed: 1 });
  });

  test("comes back on the ports it had, although the first ones are free again", async () => {
    const held = await network.listen({ host: "127.0.0.1", port: 9092 }, () => {});
    const first = playgroundAt(9092);
    await clock.runUntil(first.start());
    first.createTopic("orders", { partitions: 3 });
    const before = first.bootstrapServers;
    await first.stop();
    held.dispose();

    const next = playgroundAt(9092);
    await clock.runUntil(next.start());

    expect(before).toEqual(["127.0.0.1:9094", "127.0.0.1:9095"]);
    expect(next.bootstrapServers).toEqual(before);
    expect(next.topics()).toMatchObject([{ topic: "orders", partitions: [{}, {}, {}] }]);
    await next.stop();
  });

  test("listens where it is told when that is another place than before", async () => {
    const first = playgroundAt(9092);
    await clock.runUntil(first.start());
    await first.stop();

    const next = playgroundAt(9192);
    await clock.runUntil(next.start());

    expect(next.bootstrapServers).toEqual(["127.0.0.1:9192", "127.0.0.1:9193"]);
    await next.stop();
  });

  /** Who leads each partition of a topic, in which epoch, and where its replicas are. */
  async function placesOf({ nodes }: Playground, topic: string) {
    const at = nodes[0] ?? { host: "127.0.0.1", port: 9092 };
    const client = await clock.runUntil(RawClient.connect(network, at));
    const { topics } = await clock.runUntil(client.call(metadata, { topics: [{ name: topic }] }));
    return (topics[0]?.partitions ?? []).map(({ leaderId, leaderEpoch, replicaNodes, isrNodes }) => ({
      leaderId,
      leaderEpoch,
      replicaNodes,
      isrNodes,
    }));
  }

  test("has the nodes that joined it after a restart, with what they lead", async () => {
    const first = playgroundAt(9092);
    await clock.runUntil(first.start());
    first.createTopic("early", { partitions: 4, replicationFactor: 2 });
    await clock.runUntil(first.addNode());
    await clock.runUntil(first.addNode());
    first.createTopic("late", { partitions: 4, replicationFactor: 4 });
    first.moveLeader({ topic: "early", partition: 0 }, 3);
    const before = {
      nodes: first.nodes,
      early: await placesOf(first, "early"),
      late: await placesOf(first, "late"),
    };
    await first.stop();

    const next = playgroundAt(9092);
    await clock.runUntil(next.start());

    const after = {
      nodes: next.nodes,
      early: await placesOf(next, "early"),
      late: await placesOf(next, "late"),
    };
    expect(after).toEqual(before);
    expect(after.nodes.map(({ nodeId }) => nodeId)).toEqual([1, 2, 3, 4]);
    expect(after.early[0]).toMatchObject({ leaderId: 3, leaderEpoch: 1 });
    const journal = new TextDecoder().decode(files.read("journal.log"));
    expect(journal).toContain('"nodes":2');
    await next.stop();
  });

  test("has as many nodes as are asked for when that is another number than before", async () => {
    const first = playgroundAt(9092);
    await clock.runUntil(first.start());
    await clock.runUntil(first.addNode());
    first.createTopic("orders", { partitions: 6, replicationFactor: 1 });
    const before = await placesOf(first, "orders");
    await first.stop();

    const next = playgroundAt(9092, [], 1);
    await clock.runUntil(next.start());

    expect(next.nodes.map(({ nodeId }) => nodeId)).toEqual([1]);
    expect(new Set(before.map(({ leaderId }) => leaderId))).toEqual(new Set([1, 2, 3]));
    const after = await placesOf(next, "orders");
    expect(after.map(({ leaderId, isrNodes }) => [leaderId, isrNodes])).toEqual(before.map(() => [1, [1]]));
    await next.stop();
  });

  test("begins a new epoch where nobody led when it ended, with the one that was waited for", async () => {
    const first = playgroundAt(9092);
    await clock.runUntil(first.start());
    first.createTopic("orders", { partitions: 1, replicationFactor: 2 });
    const [led] = await placesOf(first, "orders");
    const [leader = 0, follower = 0] = led?.replicaNodes ?? [];
    first.stopNode(leader);
    first.stopNode(follower);
    await first.stop();

    const next = playgroundAt(9092);
    await clock.runUntil(next.start());

    const replicaNodes = [leader, follower];
    expect(await placesOf(next, "orders")).toEqual([
      { leaderId: follower, leaderEpoch: 3, replicaNodes, isrNodes: replicaNodes },
    ]);
    await next.stop();
  });

  test("does not start twice, and leaves no port open where it could not", async () => {
    const first = playgroundAt(9092);
    await clock.runUntil(first.start());
    const second = playgroundAt(9192);

    const failed = clock.runUntil(second.start());

    await expect(failed).rejects.toThrow("in use");
    await first.stop();
    await clock.runUntil(second.start());
    expect(second.isRunning).toBe(true);
    await second.stop();
  });

  test("has its records and offsets after it was stopped and started", async () => {
    const playground = playgroundAt(9092);
    await clock.runUntil(playground.start());
    playground.createTopic("orders", { partitions: 1 });
    await clock.runUntil(
      playground.startWorkload({ topic: "orders", pace: { kind: "burst", count: 1_200 } }).done,
    );
    const before = playground.topics();
    await playground.stop();

    await clock.runUntil(playground.start());

    expect(playground.topics()).toEqual(before);
    expect(before[0]?.partitions[0]?.highWatermark).toBe(1_200n);
    await playground.stop();
  });
});
