import path from "node:path";
import { startJavaConsumer } from "../javaConsumer.ts";
import type { KafkaVersion } from "../kafkaJars.ts";
import { type ForeignConsumer, startForeignConsumer } from "./foreignConsumer.ts";
import { goProgram } from "./goPrograms.ts";
import { confluentKafka } from "./pythonPackages.ts";

/** The clients that our engine shares groups with. */
export type ForeignClient = "java" | "librdkafka" | "franz-go" | "kafkajs";

/** What a foreign member reads, and as whom. It commits after every poll that returned records. */
export interface ForeignMemberOptions {
  readonly bootstrapServers: string;
  readonly groupId: string;
  readonly topic: string;
  /** Kafka's names, in order of preference; kafkajs has its own and takes none. */
  readonly assignors: readonly ("range" | "roundrobin" | "sticky" | "cooperative-sticky")[];
  readonly version?: KafkaVersion | undefined;
}

const franzGoFolder = path.join(import.meta.dirname, "go");

/** Short timeouts, so that what Kafka takes minutes for happens in seconds. */
const timeouts = { "session.timeout.ms": "6000", "heartbeat.interval.ms": "300" };

const starters: Readonly<Record<ForeignClient, (options: ForeignMemberOptions) => Promise<ForeignConsumer>>> =
  {
    java: ({ bootstrapServers, groupId, topic, assignors, version }) =>
      startJavaConsumer({
        bootstrapServers,
        groupId,
        topics: [topic],
        assignors,
        commitsEveryPoll: true,
        properties: { ...timeouts, "client.id": "java" },
        ...(version !== undefined && { version }),
      }),

    librdkafka: async ({ bootstrapServers, groupId, topic, assignors }) => {
      const properties = {
        "bootstrap.servers": bootstrapServers,
        "group.id": groupId,
        "client.id": "librdkafka",
        "partition.assignment.strategy": assignors.join(","),
        // Its back-off of a second after an empty fetch would only make the tests slow.
        "fetch.error.backoff.ms": "50",
        ...timeouts,
      };
      const program = path.join(import.meta.dirname, "python", "group_consumer.py");
      const args = Object.entries(properties).map(([key, value]) => `${key}=${value}`);
      const env = { ...process.env, PYTHONPATH: await confluentKafka() };
      return startForeignConsumer("librdkafka", ["python3", program, topic, ...args], { env });
    },

    "franz-go": async ({ bootstrapServers, groupId, topic, assignors }) => {
      const program = await goProgram(franzGoFolder);
      return startForeignConsumer("franz-go", [
        program,
        bootstrapServers,
        groupId,
        topic,
        assignors.join(","),
      ]);
    },

    kafkajs: ({ bootstrapServers, groupId, topic }) => {
      const program = path.join(import.meta.dirname, "kafkajsConsumer.ts");
      const command = [process.execPath, program, bootstrapServers, groupId, topic] as const;
      return Promise.resolve(startForeignConsumer("kafkajs", command));
    },
  };

/** Fetches and builds what the members in other languages are made of. */
export async function foreignPrograms(): Promise<void> {
  await confluentKafka();
  await goProgram(franzGoFolder);
}

/** Starts a member of the given client; it has not joined yet when this resolves. */
export function startForeignMember(
  client: ForeignClient,
  options: ForeignMemberOptions,
): Promise<ForeignConsumer> {
  return starters[client](options);
}
