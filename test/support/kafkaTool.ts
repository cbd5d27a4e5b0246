import { javaArgs, type KafkaVersion } from "./kafkaJars.ts";
import { type ProgramResult, type RunOptions, runProgram } from "./runProgram.ts";

/** The class of each console tool; a few moved between the releases. */
const classes = {
  topics: "org.apache.kafka.tools.TopicCommand",
  groups: "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
  "share-groups": "org.apache.kafka.tools.consumer.group.ShareGroupCommand",
  "all-groups": "org.apache.kafka.tools.GroupsCommand",
  configs: "kafka.admin.ConfigCommand",
  acls: { "4.3.1": "org.apache.kafka.tools.AclCommand", "3.9.2": "kafka.admin.AclCommand" },
  "console-producer": {
    "4.3.1": "org.apache.kafka.tools.ConsoleProducer",
    "3.9.2": "kafka.tools.ConsoleProducer",
  },
  "console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
  "share-consumer": "org.apache.kafka.tools.consumer.ConsoleShareConsumer",
  "producer-perf": "org.apache.kafka.tools.ProducerPerformance",
  "consumer-perf": "org.apache.kafka.tools.ConsumerPerformance",
  "get-offsets": "org.apache.kafka.tools.GetOffsetShell",
  "delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
  reassign: "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
  transactions: "org.apache.kafka.tools.TransactionsCommand",
  storage: "kafka.tools.StorageTool",
} as const satisfies Readonly<Record<string, string | Readonly<Record<KafkaVersion, string>>>>;

/** Kafka's `bin/kafka-<name>.sh`, shortened. */
export type KafkaTool = keyof typeof classes;

/** Runs one of Kafka's own console tools to its end; a tool's failure is its exit code, not an exception. */
export async function kafkaTool(
  version: KafkaVersion,
  tool: KafkaTool,
  args: readonly string[],
  options: Pick<RunOptions, "stdin" | "timeoutMs"> = {},
): Promise<ProgramResult> {
  const named = classes[tool];
  const mainClass = typeof named === "string" ? named : named[version];
  const forShortRuns = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  return runProgram(
    "java",
    [...forShortRuns, ...(await javaArgs(version, "WARN")), mainClass, ...args],
    options,
  );
}
