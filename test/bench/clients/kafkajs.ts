// kafkajs by eachBatch, its fastest way; started by throughput.ts.
import { zstdDecompressSync } from "node:zlib";
import kafkajs, { Kafka, logLevel } from "kafkajs";
import { decompress } from "#protocol/records/compression/codec.ts";
import { clientTask, Meter } from "../measure.ts";

// It has codecs for neither, and those on npm do not build on this Node; so it gets our LZ4 and Node's Zstandard.
const { CompressionCodecs, CompressionTypes } = kafkajs;
const compress = () => Promise.reject(new Error("only read here"));
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress,
  decompress: (bytes: Buffer) => Promise.resolve(Buffer.from(decompress("lz4", bytes, 1 << 26))),
});
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress,
  decompress: (bytes: Buffer) => Promise.resolve(zstdDecompressSync(bytes)),
});

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
