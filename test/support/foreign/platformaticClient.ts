// @platformatic/kafka on the command line: says what happens, one JSON object a line, as ForeignConsumerEvent.
//
//   node platformaticClient.ts consume servers group topic classic|consumer
//   node platformaticClient.ts produce servers topic codec count
//   node platformaticClient.ts transact servers topic group transactional-id
//
// A consumer commits every record it read; `quit` on stdin leaves the group and ends.
import {
  type CompressionAlgorithmValue,
  Consumer,
  MessagesStreamModes,
  Producer,
  type ProducerOptions,
  stringDeserializers,
  stringSerializers,
} from "@platformatic/kafka";
import { obeyCommandLine, onQuit, recordsOf, say } from "./commandLine.ts";

type TextProducer = Producer<string, string, string, string>;

async function consume(servers = "", groupId = "", topic = "", protocol = "classic"): Promise<void> {
  const ofItsProtocol =
    protocol === "consumer"
      ? { groupProtocol: "consumer" as const }
      : { sessionTimeout: 6_000, rebalanceTimeout: 10_000, heartbeatInterval: 300 };
  const consumer = new Consumer({
    groupId,
    clientId: "platformatic",
    bootstrapBrokers: servers.split(","),
    deserializers: stringDeserializers,
    maxWaitTime: 100,
    ...ofItsProtocol,
  });
  // It has no event for every change of its assignment in KIP-848, and each comes with a heartbeat.
  let told = "";
  const tellAssignment = () => {
    const assignment = (consumer.assignments ?? []).flatMap((each) =>
      each.partitions.map((partition) => `${each.topic}-${partition}`),
    );
    const text = assignment.sort().join(" ");
    if (text !== told) say({ type: "assigned", partitions: assignment, assignment });
    told = text;
  };
  consumer.on("consumer:group:join", tellAssignment);
  consumer.on("consumer:heartbeat:end", tellAssignment);
  consumer.on("error", (error: Error) => say({ type: "failed", error: String(error) }));
  onQuit(() => consumer.close(true));

  const stream = await consumer.consume({
    autocommit: false,
    topics: [topic],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: "earliest",
  });
  say({ type: "started" });
  for await (const message of stream) {
    const { partition, offset, timestamp, key, value } = message;
    const headers = Array.from(message.headers.entries());
    const where = { topic: message.topic, partition, offset: String(offset), timestamp: String(timestamp) };
    say({ type: "record", ...where, key: key ?? null, value: value ?? null, headers });
    const offsets = { [`${message.topic}-${partition}`]: String(offset + 1n) };
    try {
      await message.commit();
      say({ type: "committed", offsets });
    } catch (failure) {
      say({ type: "commitFailed", offsets, error: String(failure) });
    }
  }
}

function producerOf(servers: string, own: Partial<ProducerOptions<string, string, string, string>> = {}) {
  return new Producer({
    clientId: "platformatic",
    bootstrapBrokers: servers.split(","),
    serializers: stringSerializers,
    ...own,
  });
}

function messagesOf(topic: string, prefix: string, count: number) {
  return recordsOf(prefix, count).map((record) => ({ topic, ...record }));
}

async function produce(servers = "", topic = "", codec = "none", count = "0"): Promise<void> {
  const producer: TextProducer = producerOf(servers);
  const compression = codec as CompressionAlgorithmValue;
  await producer.send({ messages: messagesOf(topic, codec, Number(count)), compression });
  await producer.close();
  say({ type: "produced", count: Number(count) });
}

/** Its transactions take only offsets of messages that its own consumer got: none are sent here. */
async function transact(servers = "", topic = "", _group = "", transactionalId = ""): Promise<void> {
  const producer: TextProducer = producerOf(servers, { transactionalId, idempotent: true });
  const steps = [
    { prefix: "first", end: "commit" },
    { prefix: "aborted", end: "abort" },
    { prefix: "last", end: "commit" },
  ] as const;
  for (const { prefix, end } of steps) {
    const transaction = await producer.beginTransaction();
    await transaction.send({ messages: messagesOf(topic, prefix, 10) });
    await transaction[end]();
  }
  await producer.close();
  say({ type: "transacted" });
}

await obeyCommandLine({ consume, produce, transact });
