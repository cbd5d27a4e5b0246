// kafkajs by eachBatch, its fastest way; started by throughput.ts.
import { Kafka, logLevel } from "kafkajs";
import { clientTask, Meter } from "./measure.ts";

const task = clientTask(process.argv.slice(2));
const meter = new Meter(task);
const kafka = new Kafka({
  clientId: "bench-kafkajs",
  brokers: task.servers.slice(),
  logLevel: logLevel.NOTHING,
});
const consumer = kafka.consumer({
  groupId: `bench-kafkajs-${process.pid}`,
  maxBytes: 10 << 20,
  maxBytesPerPartition: 1 << 20,
  maxWaitTimeInMs: 500,
});
await consumer.connect();
await consumer.subscribe({ topic: task.topic, fromBeginning: true });
const done = Promise.withResolvers<void>();
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: true,
  eachBatch: ({ batch }) => {
    for (const { key, value } of batch.messages) meter.touch(key, value);
    if (meter.batch(batch.messages.length)) done.resolve();
    return Promise.resolve();
  },
});
await done.promise;
meter.report("kafkajs eachBatch");
await consumer.disconnect();
