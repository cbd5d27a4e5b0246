// A kafkajs member of a consumer group that says what happens to it, one JSON object a line, as ForeignConsumerEvent:
// node kafkajsConsumer.ts servers group topic. Commits after every batch, before the next one; `quit` on stdin leaves
// the group and ends.
import { createInterface } from "node:readline";
import { Kafka, logLevel } from "kafkajs";
import type { ForeignConsumerEvent } from "./foreignConsumer.ts";

const [servers = "", groupId = "", topic = ""] = process.argv.slice(2);

function say(event: ForeignConsumerEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

const kafka = new Kafka({ clientId: "kafkajs", brokers: servers.split(","), logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({
  groupId,
  sessionTimeout: 6_000,
  rebalanceTimeout: 10_000,
  heartbeatInterval: 300,
  maxWaitTimeInMs: 200,
  retry: { initialRetryTime: 100, retries: 100, maxRetryTime: 1_000 },
});
consumer.on("consumer.group_join", ({ payload }) => {
  const assignment = Object.entries(payload.memberAssignment).flatMap(([name, partitions]) =>
    partitions.map((partition) => `${name}-${partition}`),
  );
  say({ type: "assigned", partitions: assignment.sort(), assignment, memberId: payload.memberId });
});
consumer.on("consumer.rebalancing", () => say({ type: "revoked", partitions: [], assignment: [] }));

createInterface({ input: process.stdin }).on("line", (line) => {
  if (line === "quit") void quit();
});

async function quit(): Promise<void> {
  await consumer.disconnect();
  say({ type: "closed" });
  process.exit(0);
}

await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
say({ type: "started" });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch, isRunning, isStale }) => {
    if (!isRunning() || isStale()) return;
    for (const { offset, timestamp, key, value } of batch.messages) {
      say({
        type: "record",
        topic: batch.topic,
        partition: batch.partition,
        offset,
        timestamp,
        key: key?.toString() ?? null,
        value: value?.toString() ?? null,
        headers: [],
      });
    }
    const offset = String(BigInt(batch.lastOffset()) + 1n);
    const offsets = { [`${batch.topic}-${batch.partition}`]: offset };
    try {
      await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset }]);
      say({ type: "committed", offsets });
    } catch (failure) {
      say({ type: "commitFailed", offsets, error: String(failure) });
      throw failure;
    }
  },
});
