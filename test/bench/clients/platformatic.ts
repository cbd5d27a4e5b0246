// @platformatic/kafka by its stream; started by throughput.ts.
import { Consumer, MessagesStreamModes } from "@platformatic/kafka";
import { clientTask, Meter } from "../measure.ts";

const task = clientTask(process.argv.slice(2));
const meter = new Meter(task);
const consumer = new Consumer({
  groupId: `bench-platformatic-${process.pid}`,
  clientId: "bench-platformatic",
  bootstrapBrokers: task.servers.slice(),
  maxBytes: 10 << 20,
  maxWaitTime: 500,
});
const stream = await consumer.consume({
  autocommit: false,
  topics: [task.topic],
  mode: MessagesStreamModes.EARLIEST,
});
const done = Promise.withResolvers<void>();
stream.on("error", done.reject);
stream.on("data", ({ key, value }) => {
  meter.touch(key, value);
  if (meter.batch(1)) done.resolve();
});
await done.promise;
meter.report("@platformatic/kafka");
await consumer.close(true);
