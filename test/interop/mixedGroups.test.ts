import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ForeignClient } from "#test/support/foreign/foreignPrograms.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";
import { MixedGroup } from "./support/mixedGroup.ts";

/** Clients that divide as Kafka's assignors do, and kafkajs, which has a protocol of its own. */
const pairs: readonly { readonly client: ForeignClient; readonly assignors: readonly string[] }[] = [
  { client: "java", assignors: ["roundrobin"] },
  { client: "java", assignors: ["sticky"] },
  { client: "java", assignors: ["cooperative-sticky"] },
  { client: "librdkafka", assignors: ["range", "roundrobin"] },
  { client: "librdkafka", assignors: ["cooperative-sticky"] },
  { client: "franz-go", assignors: ["sticky"] },
  { client: "franz-go", assignors: ["cooperative-sticky"] },
  { client: "kafkajs", assignors: ["RoundRobinAssigner"] },
];

describe.each(["4.3.1", "3.9.2"] as const)("on Kafka %s, one group with our engine", (version) => {
  let kafka: RealKafka;
  let group: MixedGroup | undefined;

  beforeAll(async () => {
    kafka = await startRealKafka({ version });
  });

  afterEach(async () => {
    await group?.close();
    group = undefined;
  });

  afterAll(async () => {
    await kafka?.stop();
  });

  test.each(pairs)(
    "and $client by $assignors: who comes and goes, every record is read exactly once",
    { timeout: 180_000 },
    async ({ client, assignors }) => {
      const topic = `${client}-${assignors.join("-")}`;
      group = await MixedGroup.create({
        servers: kafka.bootstrapServers,
        topic,
        partitions: 6,
        assignors,
        version,
      });

      await comeAndGo(group, client);

      expect(group.wronglyDelivered()).toEqual([]);
    },
  );

  test("and java outlives its only broker, which is killed: nothing is lost", {
    timeout: 180_000,
  }, async () => {
    group = await MixedGroup.create({
      servers: kafka.bootstrapServers,
      topic: "killed",
      partitions: 6,
      assignors: ["cooperative-sticky"],
      version,
    });
    group.produceSteadily();
    group.addOurs();
    await group.addForeign("java");
    await group.flows();

    await kafka.killNode(1);
    await kafka.restartNode(1);
    await group.flows();

    await group.stopProducing();
    await group.everythingDelivered();
    expect(group.wronglyDelivered()).toEqual([]);
  });
});

describe("on Kafka 4.3.1, a group that the broker divides", () => {
  let kafka: RealKafka;
  let group: MixedGroup | undefined;

  beforeAll(async () => {
    // Members tell what they gave up with their heartbeats: every five seconds, by default.
    const config = {
      "group.consumer.heartbeat.interval.ms": "300",
      "group.consumer.min.heartbeat.interval.ms": "300",
    };
    kafka = await startRealKafka({ config });
  });

  afterEach(async () => {
    await group?.close();
    group = undefined;
  });

  afterAll(async () => {
    await kafka?.stop();
  });

  test.each(["java", "librdkafka", "franz-go"] as const)(
    "and %s: who comes and goes, every record is read exactly once",
    { timeout: 180_000 },
    async (client) => {
      group = await MixedGroup.create({
        servers: kafka.bootstrapServers,
        topic: `${client}-by-broker`,
        partitions: 6,
        assignors: ["range"],
        protocol: "consumer",
      });

      await comeAndGo(group, client);

      expect(group.wronglyDelivered()).toEqual([]);
    },
  );
});

/** Ours, the other's, ours again; each leaves and the partitions are shared anew, while records keep coming. */
async function comeAndGo(group: MixedGroup, client: ForeignClient): Promise<void> {
  group.produceSteadily();
  const first = group.addOurs();
  await group.flows();
  const foreign = await group.addForeign(client);
  await group.flows();
  const second = group.addOurs();
  await group.flows();
  await group.leave(first);
  await group.flows();
  await group.leave(foreign);
  await group.flows();
  await group.addForeign(client);
  await group.flows();
  await group.leave(second);
  await group.flows();
  await group.stopProducing();
  await group.everythingDelivered();
}

/** Who comes together: kafkajs divides by a protocol of its own, so that only ours can be in its group. */
const companies: readonly {
  readonly foreign: readonly ForeignClient[];
  readonly assignors: readonly string[];
}[] = [
  { foreign: ["java", "librdkafka", "franz-go"], assignors: ["cooperative-sticky"] },
  { foreign: ["kafkajs", "kafkajs"], assignors: ["RoundRobinAssigner"] },
];

describe.each(["4.3.1", "3.9.2"] as const)("on three brokers of Kafka %s, a group of ours", (version) => {
  let kafka: RealKafka;
  let group: MixedGroup | undefined;

  beforeAll(async () => {
    const config = { "offsets.topic.replication.factor": "3", "min.insync.replicas": "1" };
    kafka = await startRealKafka({ version, nodes: 3, config });
  });

  afterEach(async () => {
    await group?.close();
    group = undefined;
  });

  afterAll(async () => {
    await kafka?.stop();
  });

  test.each(companies)(
    "and $foreign, who come and go, outlives its coordinator and each broker: nothing is lost, nobody is stranded",
    { timeout: 240_000 },
    async ({ foreign, assignors }) => {
      group = await MixedGroup.create({
        servers: kafka.bootstrapServers,
        topic: `outlives-${foreign.join("-")}`,
        partitions: 8,
        replicationFactor: 3,
        assignors,
        version,
      });
      group.produceSteadily();
      const ours = [group.addOurs(), group.addOurs()];
      for (const client of foreign) await group.addForeign(client);
      await group.flows();

      // One of the three is the coordinator, whichever: each dies in turn. While it is gone one leaves, and one joins.
      for (const nodeId of [1, 2, 3]) {
        await kafka.killNode(nodeId);
        const oldest = ours.shift();
        if (oldest) await group.leave(oldest);
        ours.push(group.addOurs());
        await kafka.restartNode(nodeId);
        await group.flows();
      }

      await group.stopProducing();
      await group.everythingDelivered(90_000);
      await group.shared();
      expect(group.wronglyDelivered()).toEqual([]);
    },
  );
});
