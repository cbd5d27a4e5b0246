import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CompressionTypes, Kafka, logLevel, type SASLOptions } from "kafkajs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTlsFiles } from "#test/support/tlsFiles.ts";
import { type LivePlayground, startLivePlayground } from "./livePlayground.ts";

let live: LivePlayground;
let kafka: Kafka;
const open: { disconnect(): Promise<void> }[] = [];

beforeEach(async () => {
  live = await startLivePlayground({ nodes: 2 });
  kafka = new Kafka({
    clientId: "kafkajs-test",
    brokers: live.playground.bootstrapServers.slice(),
    logLevel: logLevel.NOTHING,
  });
});

afterEach(async () => {
  for (const client of open.splice(0).reverse()) await client.disconnect();
  await live.playground.stop();
});

function opened<T extends { disconnect(): Promise<void> }>(client: T): T {
  open.push(client);
  return client;
}

async function connectedAdmin() {
  const admin = opened(kafka.admin());
  await admin.connect();
  return admin;
}

async function connectedProducer() {
  const producer = opened(kafka.producer());
  await producer.connect();
  return producer;
}

/** Runs a consumer and gives what it has read so far; values are unique in these tests. */
async function runConsumer(groupId: string, topic: string) {
  const consumer = opened(
    kafka.consumer({ groupId, heartbeatInterval: 200, rebalanceTimeout: 3_000, maxWaitTimeInMs: 100 }),
  );
  const read: string[] = [];
  const assigned: number[][] = [];
  consumer.on("consumer.group_join", ({ payload }) => {
    assigned.push(payload.memberAssignment[topic]?.slice().sort((a, b) => a - b) ?? []);
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      read.push(message.value?.toString() ?? "");
      return Promise.resolve();
    },
  });
  return { consumer, read, assigned };
}

test("kafkajs administers topics", async () => {
  const admin = await connectedAdmin();

  await admin.createTopics({ topics: [{ topic: "orders", numPartitions: 3 }] });
  await admin.createPartitions({ topicPartitions: [{ topic: "orders", count: 4 }] });

  expect(await admin.listTopics()).toEqual(["orders"]);
  const { topics } = await admin.fetchTopicMetadata({ topics: ["orders"] });
  expect(topics[0]?.partitions.length).toBe(4);
  expect(new Set(topics[0]?.partitions.map(({ leader }) => leader))).toEqual(new Set([1, 2]));
  const cluster = await admin.describeCluster();
  expect(cluster.brokers.map(({ nodeId }) => nodeId)).toEqual([1, 2]);
  const configs = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: 2, name: "orders" }],
  });
  expect(configs.resources[0]?.configEntries.length).toBeGreaterThan(5);
  await admin.deleteTopics({ topics: ["orders"] });
  expect(await admin.listTopics()).toEqual([]);
});

test.each([
  ["none", CompressionTypes.None],
  ["gzip", CompressionTypes.GZIP],
])("kafkajs produces with %s and reads it all back", async (_name, compression) => {
  live.playground.createTopic("orders", { partitions: 3 });
  const producer = await connectedProducer();
  const values = Array.from({ length: 200 }, (_, index) => `value-${index}`);

  await producer.send({
    topic: "orders",
    compression,
    messages: values.map((value, index) => ({ key: `k${index % 7}`, value, headers: { n: String(index) } })),
  });

  const { read } = await runConsumer("readers", "orders");
  await expect.poll(() => read.length, { timeout: 8_000 }).toBe(values.length);
  expect(new Set(read)).toEqual(new Set(values));
});

test("an idempotent kafkajs producer is served", async () => {
  live.playground.createTopic("orders");
  const producer = opened(kafka.producer({ idempotent: true, maxInFlightRequests: 1 }));
  await producer.connect();

  for (let index = 0; index < 5; index++) {
    await producer.send({ topic: "orders", messages: [{ value: `value-${index}` }] });
  }

  expect(live.playground.topics()[0]?.partitions[0]?.highWatermark).toBe(5n);
});

test("two kafkajs members share the partitions, and the second one's leaving gives them back", async () => {
  live.playground.createTopic("orders", { partitions: 4 });
  const first = await runConsumer("billing", "orders");
  await expect.poll(() => first.assigned.at(-1), { timeout: 8_000 }).toEqual([0, 1, 2, 3]);

  const second = await runConsumer("billing", "orders");

  await expect.poll(() => second.assigned.at(-1)?.length, { timeout: 8_000 }).toBe(2);
  await expect.poll(() => first.assigned.at(-1)?.length, { timeout: 8_000 }).toBe(2);
  await second.consumer.disconnect();
  await expect.poll(() => first.assigned.at(-1), { timeout: 8_000 }).toEqual([0, 1, 2, 3]);
});

test("a kafkajs group resumes where it committed", async () => {
  live.playground.createTopic("orders", { partitions: 1 });
  const producer = await connectedProducer();
  await producer.send({ topic: "orders", messages: [{ value: "a" }, { value: "b" }] });
  const before = await runConsumer("billing", "orders");
  await expect.poll(() => before.read, { timeout: 8_000 }).toEqual(["a", "b"]);
  await before.consumer.disconnect();

  await producer.send({ topic: "orders", messages: [{ value: "c" }] });
  const after = await runConsumer("billing", "orders");

  await expect.poll(() => after.read, { timeout: 8_000 }).toEqual(["c"]);
  await after.consumer.disconnect();
  const admin = await connectedAdmin();
  const [offsets] = await admin.fetchOffsets({ groupId: "billing", topics: ["orders"] });
  expect(offsets?.partitions.map(({ offset }) => offset)).toEqual(["3"]);
});

test("kafkajs administers groups, offsets and records", async () => {
  live.playground.createTopic("orders", { partitions: 1 });
  const producer = await connectedProducer();
  await producer.send({
    topic: "orders",
    messages: [
      { value: "a", timestamp: "1000" },
      { value: "b", timestamp: "2000" },
      { value: "c", timestamp: "3000" },
    ],
  });
  const { consumer, read } = await runConsumer("billing", "orders");
  await expect.poll(() => read.length, { timeout: 8_000 }).toBe(3);
  const admin = await connectedAdmin();

  const described = await admin.describeGroups(["billing"]);

  expect(described.groups[0]?.state).toBe("Stable");
  expect(described.groups[0]?.members.length).toBe(1);
  expect((await admin.listGroups()).groups).toEqual([{ groupId: "billing", protocolType: "consumer" }]);
  await consumer.disconnect();
  await admin.setOffsets({
    groupId: "billing",
    topic: "orders",
    partitions: [{ partition: 0, offset: "1" }],
  });
  const [set] = await admin.fetchOffsets({ groupId: "billing", topics: ["orders"] });
  expect(set?.partitions[0]?.offset).toBe("1");
  expect((await admin.fetchTopicOffsetsByTimestamp("orders", 1_500))[0]?.offset).toBe("1");
  await admin.deleteTopicRecords({ topic: "orders", partitions: [{ partition: 0, offset: "2" }] });
  expect((await admin.fetchTopicOffsets("orders"))[0]).toMatchObject({ low: "2", high: "3" });
  await admin.deleteGroups(["billing"]);
  expect((await admin.listGroups()).groups).toEqual([]);
});

test("kafkajs commits and aborts transactions, offsets included", async () => {
  const admin = await connectedAdmin();
  await admin.createTopics({ topics: [{ topic: "orders", numPartitions: 2 }] });
  const producer = opened(
    kafka.producer({ transactionalId: "kafkajs-tx", idempotent: true, maxInFlightRequests: 1 }),
  );
  await producer.connect();
  const send = async (values: readonly string[], end: "commit" | "abort") => {
    const transaction = await producer.transaction();
    await transaction.send({ topic: "orders", messages: values.map((value) => ({ key: value, value })) });
    await transaction.sendOffsets({
      consumerGroupId: "billing",
      topics: [{ topic: "orders", partitions: [{ partition: 0, offset: end === "commit" ? "5" : "6" }] }],
    });
    await transaction[end]();
  };

  await send(["a", "b", "c"], "commit");
  await send(["never"], "abort");
  await send(["d"], "commit");

  const { read } = await runConsumer("readers", "orders");
  await vi.waitFor(() => expect(read.slice().sort()).toEqual(["a", "b", "c", "d"]), 10_000);
  const [committed] = await admin.fetchOffsets({ groupId: "billing", topics: ["orders"] });
  expect(committed?.partitions.find(({ partition }) => partition === 0)?.offset).toBe("5");
});

test.each<[string, (password: string) => SASLOptions]>([
  ["PLAIN", (password) => ({ mechanism: "plain", username: "ann", password })],
  ["SCRAM-SHA-256", (password) => ({ mechanism: "scram-sha-256", username: "ann", password })],
  ["SCRAM-SHA-512", (password) => ({ mechanism: "scram-sha-512", username: "ann", password })],
])("kafkajs signs in with %s over TLS", async (_mechanism, login) => {
  const folder = await mkdtemp(path.join(tmpdir(), "groupscope-tls-"));
  const files = await createTlsFiles(folder);
  const secured = await startLivePlayground({
    settings: {
      tls: { cert: readFileSync(files.serverCert, "utf8"), key: readFileSync(files.serverKey, "utf8") },
      sasl: {
        mechanisms: ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"],
        users: [{ username: "ann", password: "secret" }],
      },
    },
  });
  const connect = async (password: string) => {
    const admin = new Kafka({
      brokers: secured.playground.bootstrapServers.slice(),
      logLevel: logLevel.NOTHING,
      ssl: { ca: [readFileSync(files.ca, "utf8")] },
      sasl: login(password),
      retry: { retries: 0 },
    }).admin();
    await admin.connect();
    return admin;
  };

  const admin = opened(await connect("secret"));

  expect((await admin.describeCluster()).brokers).toHaveLength(1);
  await expect(connect("guessed")).rejects.toThrow(/[Aa]uthentication failed/);
  await admin.disconnect();
  await secured.playground.stop();
  await rm(folder, { recursive: true });
});

test("kafkajs goes on when leaders and coordinators move", async () => {
  live.playground.createTopic("orders", { partitions: 2, replicationFactor: 2 });
  const producer = await connectedProducer();
  const { read } = await runConsumer("billing", "orders");
  // One partition at a time: kafkajs forgets what it has to send again to a node that answered already.
  const send = async (value: string) => {
    for (const partition of [0, 1]) {
      await producer.send({ topic: "orders", messages: [{ partition, value: `${value}${partition}` }] });
    }
  };
  await send("a");
  await vi.waitFor(() => expect(read.length).toBe(2), { timeout: 10_000 });

  for (const partition of [0, 1]) live.playground.moveLeader({ topic: "orders", partition });
  live.playground.moveCoordinator("billing");

  await send("b");
  await vi.waitFor(() => expect(new Set(read).size).toBe(4), { timeout: 10_000 });
  expect(Array.from(new Set(read)).sort()).toEqual(["a0", "a1", "b0", "b1"]);
}, 25_000);
