import path from "node:path";
import { type ForeignConsumer, startForeignConsumer } from "./foreign/foreignConsumer.ts";
import { type JavaClientVersion, javaArgs, newestKafka } from "./kafkaJars.ts";

const assignorClasses = {
  range: "org.apache.kafka.clients.consumer.RangeAssignor",
  roundrobin: "org.apache.kafka.clients.consumer.RoundRobinAssignor",
  sticky: "org.apache.kafka.clients.consumer.StickyAssignor",
  "cooperative-sticky": "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
} as const;

/** What a Java consumer reads, and as whom. */
export interface JavaConsumerOptions {
  readonly bootstrapServers: string;
  readonly groupId: string;
  readonly topics: readonly string[];
  /** In order of preference; the client's own default when left out. */
  readonly assignors?: readonly (keyof typeof assignorClasses)[];
  /** Consumer properties that win over ours (auto commit off, reset to earliest). */
  readonly properties?: Readonly<Record<string, string>>;
  readonly version?: JavaClientVersion;
  /** Commits after every poll that returned records, before the next one; by default only when ordered. */
  readonly commitsEveryPoll?: boolean;
}

/** Starts a Java member; it has not joined yet when this resolves. */
export async function startJavaConsumer(options: JavaConsumerOptions): Promise<ForeignConsumer> {
  const { version = newestKafka } = options;
  const program = path.join(import.meta.dirname, "java", "GroupConsumer.java");
  const properties = Object.entries(consumerProperties(options)).map(([key, value]) => `${key}=${value}`);
  const small = ["-Xmx192m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  return startForeignConsumer("Java", [
    "java",
    ...small,
    ...(await javaArgs(version, "WARN")),
    program,
    options.topics.join(","),
    `groupscope.commits.every.poll=${options.commitsEveryPoll ?? false}`,
    ...properties,
  ]);
}

function consumerProperties(options: JavaConsumerOptions): Record<string, string> {
  const { bootstrapServers, groupId, assignors, properties } = options;
  const strategy = assignors?.map((name) => assignorClasses[name]).join(",");
  return {
    "bootstrap.servers": bootstrapServers,
    "group.id": groupId,
    "enable.auto.commit": "false",
    "auto.offset.reset": "earliest",
    ...(strategy === undefined ? {} : { "partition.assignment.strategy": strategy }),
    ...properties,
  };
}
