import { afterAll, beforeAll, expect, test } from "vitest";
import { type LivePlayground, startLivePlayground } from "#test/playground/livePlayground.ts";
import { type KafkaTool, kafkaTool } from "#test/support/kafkaTool.ts";

let live: LivePlayground;

beforeAll(async () => {
  live = await startLivePlayground({ nodes: 3 });
});

afterAll(async () => {
  await live.playground.stop();
});

/** Runs a console tool of Apache Kafka on the playground; what it prints, once it ended well. */
async function run(tool: KafkaTool, args: readonly string[], stdin?: string): Promise<string> {
  const all = ["--bootstrap-server", live.bootstrapServers, ...args];
  const result = await kafkaTool("4.3.1", tool, all, {
    timeoutMs: 60_000,
    ...(stdin === undefined ? {} : { stdin }),
  });
  expect(result.exitCode, `${tool} ${args.join(" ")}\n${result.stderr}`).toBe(0);
  return result.stdout;
}

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

test("kafka-topics creates, lists, describes, widens and deletes topics", async () => {
  await run("topics", ["--create", "--topic", "made", "--partitions", "3", "--replication-factor", "2"]);
  const listed = await run("topics", ["--list"]);
  await run("topics", ["--alter", "--topic", "made", "--partitions", "4"]);
  const described = await run("topics", ["--describe", "--topic", "made"]);
  await run("topics", ["--delete", "--topic", "made"]);

  expect(lines(listed)).toContain("made");
  expect(described).toContain("PartitionCount: 4");
  expect(described).toContain("ReplicationFactor: 2");
  expect(lines(described).filter((line) => line.includes("Leader: ")).length).toBe(4);
  expect(lines(await run("topics", ["--list"]))).not.toContain("made");
});

test.each(["none", "gzip", "snappy", "lz4", "zstd"])(
  "kafka-console-producer writes with %s what kafka-console-consumer reads",
  async (codec) => {
    const topic = `codec-${codec}`;
    live.playground.createTopic(topic, { partitions: 3 });
    const values = Array.from({ length: 60 }, (_, index) => `${codec} ${index}`);
    const compressed = ["--compression-codec", codec];

    await run("console-producer", ["--topic", topic, ...compressed], `${values.join("\n")}\n`);
    const read = await run("console-consumer", [
      ...["--topic", topic, "--from-beginning", "--max-messages", String(values.length)],
      ...["--timeout-ms", "20000"],
    ]);

    expect(lines(read).sort()).toEqual(values.slice().sort());
  },
);

test("a group of kafka-console-consumer commits, resumes, and is seen by kafka-consumer-groups", async () => {
  live.playground.createTopic("resumed", { partitions: 2 });
  const consume = (count: number) =>
    run("console-consumer", [
      ...["--topic", "resumed", "--group", "readers", "--from-beginning"],
      ...["--max-messages", String(count), "--timeout-ms", "20000"],
    ]);

  await run("console-producer", ["--topic", "resumed"], "a\nb\nc\n");
  const first = await consume(3);
  await run("console-producer", ["--topic", "resumed"], "d\n");
  const second = await consume(1);
  const described = await run("groups", ["--describe", "--group", "readers"]);

  expect(lines(first).sort()).toEqual(["a", "b", "c"]);
  expect(lines(second)).toEqual(["d"]);
  expect(lines(await run("groups", ["--list", "--state"]))).toContainEqual(
    expect.stringMatching(/^readers\s+Empty$/),
  );
  const committed = lines(described)
    .map((line) => line.split(/\s+/))
    .filter(([group]) => group === "readers")
    .map(([, , , current, end, lag]) => [current === end, lag]);
  expect(committed).toEqual([
    [true, "0"],
    [true, "0"],
  ]);
});

test("kafka-consumer-groups resets, forgets and deletes", async () => {
  live.playground.createTopic("reset", { partitions: 1 });
  await run("console-producer", ["--topic", "reset"], "a\nb\n");
  await run("console-consumer", [
    ...["--topic", "reset", "--group", "resetting", "--from-beginning"],
    ...["--max-messages", "2", "--timeout-ms", "20000"],
  ]);

  const group = ["--group", "resetting"];
  const reset = await run("groups", [
    ...group,
    "--reset-offsets",
    "--topic",
    "reset",
    "--to-earliest",
    "--execute",
  ]);
  const forgotten = await run("groups", [...group, "--delete-offsets", "--topic", "reset"]);
  const deleted = await run("groups", [...group, "--delete"]);

  expect(reset).toMatch(/resetting\s+reset\s+0\s+0/);
  expect(forgotten).toMatch(/reset\s+0\s+Successful/);
  expect(deleted).toContain("was successful");
  expect(lines(await run("groups", ["--list"]))).not.toContain("resetting");
});

test("no connection ended because the playground failed or did not understand", () => {
  const reasons = new Set(live.ended.map(({ reason }) => reason));

  expect(Array.from(reasons)).toEqual(["the client closed it"]);
});
