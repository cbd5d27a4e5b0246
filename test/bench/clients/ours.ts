// Our engine, as a debug consumer flows at full speed; started by throughput.ts.
import { ConsumerSession } from "#engine/consumerSession.ts";
import { Configuration } from "#host/configuration.ts";
import { defaultOptions } from "#host/sessions/sessionOptions.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { clientTask, Meter } from "../measure.ts";

const task = clientTask(process.argv.slice(2));
const meter = new Meter(task);
const cluster = new ClusterClient({
  bootstrapServers: task.servers,
  clientId: "bench-ours",
  transport: tcpTransport,
  clock: systemClock,
  random: systemRandom,
});
const { maxBufferedBytes } = new Configuration().settings;
const session = new ConsumerSession(
  {
    ...defaultOptions({ onPlayground: false, maxBufferedBytes }),
    sessionId: "bench",
    name: "bench",
    clientId: "bench-ours",
    groupId: `bench-ours-${process.pid}`,
    topics: [task.topic],
    assignors: ["range"],
    startPosition: { kind: "committed", else: "start" },
    isolation: "read_uncommitted",
    scripted: false,
  },
  { cluster, clock: systemClock, random: systemRandom, observe: () => {} },
);
session.start();

for (let isDone = false; !isDone; ) {
  const records = await session.poll({ maxRecords: 10_000, timeoutMs: 1_000 });
  for (const record of records) meter.touch(record.key, record.value);
  isDone = meter.batch(records.length);
}
meter.report("ours");
await session.close({ deadlineMs: 2_000, leaveGroup: true, reason: "done" });
cluster.close();
