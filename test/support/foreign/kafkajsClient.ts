// kafkajs on the command line: says what happens, one JSON object a line, as ForeignConsumerEvent.
//
//   node kafkajsClient.ts consume servers group topic
//   node kafkajsClient.ts produce servers topic codec count
//   node kafkajsClient.ts transact servers topic group transactional-id
//
// A consumer commits after every batch, before the next one; `quit` on stdin leaves the group and ends.
import { CompressionTypes, type IHeaders, Kafka, logLevel } from "kafkajs";
import { obeyCommandLine, onQuit, recordsOf, say } from "./commandLine.ts";

const codecs: Readonly<Record<string, CompressionTypes>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
};

function connectTo(servers: string): Kafka {
  return new Kafka({ clientId: "kafkajs", brokers: servers.split(","), logLevel: logLevel.NOTHING });
}

function headerPairs(headers: IHeaders = {}): [string, string | null][] {
  return Object.entries(headers).map(([key, value]) => [key, value?.toString() ?? null]);
}

async function consume(servers = "", groupId = "", topic = ""): Promise<void> {
  const consumer = connectTo(servers).consumer({
    groupId,
    sessionTimeout: 6_000,
    rebalanceTimeout: 10_000,
    heartbeatInterval: 300,
    maxWaitTimeInMs: 200,
    // With more it would ask a coordinator that died for minutes; after these it crashes, and starts anew by itself.
    retry: { initialRetryTime: 100, retries: 8, maxRetryTime: 1_000 },
  });
  consumer.on("consumer.group_join", ({ payload }) => {
    const assignment = Object.entries(payload.memberAssignment).flatMap(([name, partitions]) =>
      partitions.map((partition) => `${name}-${partition}`),
    );
    say({ type: "assigned", partitions: assignment.sort(), assignment, memberId: payload.memberId });
  });
  consumer.on("consumer.rebalancing", () => say({ type: "revoked", partitions: [], assignment: [] }));
  onQuit(() => consumer.disconnect());

  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  say({ type: "started" });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch, isRunning, isStale }) => {
      if (!isRunning() || isStale()) return;
      for (const { offset, timestamp, key, value, headers } of batch.messages) {
        say({
          type: "record",
          topic: batch.topic,
          partition: batch.partition,
          offset,
          timestamp,
          key: key?.toString() ?? null,
          value: value?.toString() ?? null,
          headers: headerPairs(headers),
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
}

async function produce(servers = "", topic = "", codec = "none", count = "0"): Promise<void> {
  const producer = connectTo(servers).producer();
  await producer.connect();
  const compression = codecs[codec] ?? CompressionTypes.None;
  await producer.send({ topic, compression, messages: recordsOf(codec, Number(count)) });
  await producer.disconnect();
  say({ type: "produced", count: Number(count) });
}

async function transact(servers = "", topic = "", group = "", transactionalId = ""): Promise<void> {
  const producer = connectTo(servers).producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const steps = [
    { prefix: "first", offset: "5", end: "commit" },
    { prefix: "aborted", offset: "6", end: "abort" },
    { prefix: "last", offset: undefined, end: "commit" },
  ] as const;
  for (const { prefix, offset, end } of steps) {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: recordsOf(prefix, 10) });
    if (offset !== undefined) {
      const topics = [{ topic, partitions: [{ partition: 0, offset }] }];
      await transaction.sendOffsets({ consumerGroupId: group, topics });
    }
    await transaction[end]();
  }
  await producer.disconnect();
  say({ type: "transacted" });
}

await obeyCommandLine({ consume, produce, transact });
