import { afterAll, beforeAll, expect, test } from "vitest";
import { type LivePlayground, startLivePlayground } from "#test/playground/livePlayground.ts";
import type { KafkaVersion } from "#test/support/kafkaJars.ts";
import { type KafkaTool, kafkaTool } from "#test/support/kafkaTool.ts";

let live: LivePlayground;

beforeAll(async () => {
  live = await startLivePlayground({ nodes: 2 });
});

afterAll(async () => {
  await live.playground.stop();
});

async function run(version: KafkaVersion, tool: KafkaTool, args: readonly string[]): Promise<string> {
  const result = await kafkaTool(version, tool, args, { timeoutMs: 60_000 });
  expect(result.exitCode, `${tool} ${args.join(" ")}\n${result.stdout}\n${result.stderr}`).toBe(0);
  return result.stdout;
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** What a console consumer that reads committed gets. */
async function readCommitted(topic: string, most: number): Promise<readonly string[]> {
  const where = ["--bootstrap-server", live.bootstrapServers, "--topic", topic, "--from-beginning"];
  const how = ["--isolation-level", "read_committed", "--timeout-ms", "8000", "--max-messages", String(most)];
  return linesOf(await run("4.3.1", "console-consumer", [...where, ...how]));
}

test.each(["4.3.1", "3.9.2"] as const)(
  "a transactional producer of Kafka %s commits what a consumer of committed records reads",
  async (version) => {
    const topic = `perf-${version}`;
    live.playground.createTopic(topic, { partitions: 3 });

    await run(version, "producer-perf", [
      ...["--topic", topic, "--num-records", "300", "--record-size", "20", "--throughput", "300"],
      ...["--transactional-id", topic, "--transaction-duration-ms", "200"],
      ...["--producer-props", `bootstrap.servers=${live.bootstrapServers}`],
    ]);

    expect(await readCommitted(topic, 300)).toHaveLength(300);
    const transaction = live.playground.transactions().find((each) => each.transactionalId === topic);
    expect(transaction?.phase.state).toBe("CompleteCommit");
    // Each transaction of the second generation has an epoch of its own (KIP-890).
    if (version === "4.3.1") expect(transaction?.producerEpoch).toBeGreaterThan(2);
    else expect(transaction?.producerEpoch).toBe(0);
  },
);

test("kafka-transactions lists, describes, and aborts a transaction that hangs", async () => {
  live.playground.createTopic("hung", { partitions: 1 });
  const { producerId, firstOffset } = live.playground.hangTransaction({ topic: "hung", partition: 0 });
  const tool = (args: readonly string[]) =>
    run("4.3.1", "transactions", ["--bootstrap-server", live.bootstrapServers, ...args]);

  const producers = await tool(["describe-producers", "--topic", "hung", "--partition", "0"]);
  const listed = await tool(["list"]);
  const before = await readCommitted("hung", 1).catch(() => []);
  const where = ["--topic", "hung", "--partition", "0", "--start-offset", String(firstOffset)];
  await tool(["abort", ...where]);

  expect(producers).toMatch(new RegExp(`^${producerId}\\s+0\\s`, "m"));
  expect(listed).toContain("perf-4.3.1");
  expect(before).toEqual([]);
  expect(live.playground.abortTransaction({ topic: "hung", partition: 0, producerId })).toBe(false);
});
