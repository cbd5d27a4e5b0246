// The playground without an editor, for trying other clients on it: `npm run playground -- --port 9092`.
import { parseArgs } from "node:util";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpServer } from "#node/tcpServer.ts";
import { Playground } from "#playground/playground.ts";

const { values: options } = parseArgs({ options: { port: { type: "string", default: "9092" } } });

const playground = new Playground({
  clock: systemClock,
  random: systemRandom,
  server: tcpServer,
  observe: () => {},
  basePort: Number(options.port),
});
await playground.start();
playground.createTopic("orders", { partitions: 6 });
playground.startWorkload({ topic: "orders", pace: { recordsPerSecond: 20 } });
console.log(
  `${playground.bootstrapServers.join(",")} serves the topic orders, 20 records a second. Ctrl+C stops it.`,
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void playground.stop().then(() => process.exit(0)));
}
