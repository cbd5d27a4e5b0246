import { type Admin, Kafka, logLevel } from "kafkajs";
import { expect, test } from "vitest";
import { startJourney } from "#test/support/journey.ts";
import type { Workbench } from "#test/support/workbench.ts";

/** A playground with a data directory, over a reload of the window. */
let workbench: Workbench;

startJourney((opened) => (workbench = opened), { "groupscope.playground.dataDirectory": "playground" });

test("a playground that is kept is back after a reload, on the same ports, with the same records", async () => {
  await workbench.openContainer("Groupscope");
  const before = await playgroundAddress();
  const kafka = client(before);
  await withAdmin(kafka, (admin) =>
    admin.createTopics({ topics: [{ topic: "kept", numPartitions: 2, replicationFactor: 3 }] }),
  );
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({
    topic: "kept",
    messages: [
      { key: "a", value: "first", partition: 0 },
      { key: "b", value: "second", partition: 1 },
    ],
  });
  await producer.send({
    topic: "kept",
    messages: [{ key: "a", value: "third", partition: 0, headers: { tenant: "7" } }],
  });
  await producer.disconnect();
  const held = await readAll(kafka, "kept", 3);
  const cluster = await withAdmin(kafka, (admin) => admin.describeCluster());

  await workbench.reload();
  await workbench.openContainer("Groupscope");
  const after = await playgroundAddress();

  expect(after).toBe(before);
  expect(await readAll(client(after), "kept", 3)).toEqual(held);
  expect(await withAdmin(client(after), (admin) => admin.describeCluster())).toEqual(cluster);
  expect(held.map(({ value }) => value)).toEqual(["first", "second", "third"]);
  await workbench.expand(workbench.row("Clusters", "Topics"));
  await workbench.row("Clusters", "kept").waitFor();
  await workbench.screenshot("playground-kept");
});

async function playgroundAddress(): Promise<string> {
  const row = workbench.row("Clusters", /playground.*running.*127\.0\.0\.1:\d+/);
  await row.waitFor();
  return /127\.0\.0\.1:\d+/.exec((await row.textContent()) ?? "")?.[0] ?? "";
}

function client(address: string): Kafka {
  return new Kafka({ clientId: "my-service", brokers: [address], logLevel: logLevel.NOTHING });
}

async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** What the topic holds, in an order that does not depend on which partition answers first. */
async function readAll(kafka: Kafka, topic: string, count: number) {
  const consumer = kafka.consumer({ groupId: `reader-${Date.now()}` });
  const records: {
    readonly place: string;
    readonly value: string;
    readonly key: string;
    readonly headers: string;
    readonly timestamp: string;
  }[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ partition, message }) => {
      records.push({
        place: `${partition}@${message.offset}`,
        key: String(message.key),
        value: String(message.value),
        headers: JSON.stringify(message.headers),
        timestamp: message.timestamp,
      });
      return Promise.resolve();
    },
  });
  await expect.poll(() => records.length, { timeout: 20_000 }).toBe(count);
  await consumer.disconnect();
  return records.toSorted((a, b) => (a.value < b.value ? -1 : 1));
}
