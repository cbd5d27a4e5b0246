import { stringifyWithBigints } from "#base/json.ts";
import type { Playground } from "#playground/playground.ts";
import type { PlaygroundCommand } from "./playgroundCommand.ts";

/** What `--json` prints: one line that a program reads to know where to connect. */
export function readyLine(playground: Playground): string {
  return stringifyWithBigints({
    event: "ready",
    bootstrapServers: playground.bootstrapServers,
    nodes: playground.nodes.map(({ nodeId, host, port, rack }) => ({ nodeId, host, port, rack })),
    topics: playground.topics().map(({ topic, partitions }) => ({ topic, partitions: partitions.length })),
    faults: playground.faults().map(({ faultId, title }) => ({ faultId, title })),
    pid: process.pid,
  });
}

/** The same for people. */
export function readyText(playground: Playground, { produce }: PlaygroundCommand): string {
  const topics = playground.topics().map(({ topic, partitions }) => `${topic} (${partitions.length})`);
  const lines = [
    `Kafka is ready: bootstrap.servers=${playground.bootstrapServers.join(",")}`,
    topics.length > 0 ? `topics: ${topics.join(", ")}` : "no topics yet: --topic, or a client, creates them",
    ...produce.map(({ topic, records }) => `producing to ${topic}: ${records} a second`),
    ...playground.faults().map(({ title }) => `fault: ${title}`),
    "Ctrl+C stops it.",
  ];
  return lines.join("\n");
}
