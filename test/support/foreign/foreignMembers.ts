import { startJavaConsumer } from "../javaConsumer.ts";
import type { KafkaVersion } from "../kafkaJars.ts";
import { type ForeignConsumer, startForeignConsumer } from "./foreignConsumer.ts";
import { type ForeignClient, foreignProgram } from "./foreignPrograms.ts";

/** What a foreign member reads, and as whom. It commits after every poll that returned records. */
export interface ForeignMemberOptions {
  readonly bootstrapServers: string;
  readonly groupId: string;
  readonly topic: string;
  /** `consumer` (KIP-848) where the client has it; the classic one by default. */
  readonly protocol?: "classic" | "consumer" | undefined;
  /** Of the classic protocol: Kafka's names, in order of preference; those of Node and kcat take none. */
  readonly assignors?: readonly ("range" | "roundrobin" | "sticky" | "cooperative-sticky")[] | undefined;
  readonly version?: KafkaVersion | undefined;
}

/** Short timeouts, so that what Kafka takes minutes for happens in seconds. */
const timeouts = { "session.timeout.ms": "6000", "heartbeat.interval.ms": "300" };

/** Starts a member of the given client; it has not joined yet when this resolves. */
export async function startForeignMember(
  client: ForeignClient,
  options: ForeignMemberOptions,
): Promise<ForeignConsumer> {
  if (client === "java") return startJava(options);
  const { command, env } = await foreignProgram(client);
  const args = consumeArguments(client, options);
  return startForeignConsumer(client, [...command, "consume", ...args], env && { env });
}

function startJava({ bootstrapServers, groupId, topic, protocol, assignors, version }: ForeignMemberOptions) {
  const byProtocol = protocol === "consumer" ? { "group.protocol": "consumer" } : timeouts;
  return startJavaConsumer({
    bootstrapServers,
    groupId,
    topics: [topic],
    ...(assignors !== undefined && { assignors }),
    commitsEveryPoll: true,
    properties: { ...byProtocol, "client.id": "java", "isolation.level": "read_committed" },
    ...(version !== undefined && { version }),
  });
}

function consumeArguments(
  client: ForeignClient,
  { bootstrapServers, groupId, topic, protocol = "classic", assignors = ["range"] }: ForeignMemberOptions,
): readonly string[] {
  switch (client) {
    case "librdkafka": {
      const byProtocol =
        protocol === "consumer"
          ? { "group.protocol": "consumer" }
          : { "partition.assignment.strategy": assignors.join(","), ...timeouts };
      const properties = {
        "bootstrap.servers": bootstrapServers,
        "group.id": groupId,
        "client.id": "librdkafka",
        // Its back-off of a second after an empty fetch would only make the tests slow.
        "fetch.error.backoff.ms": "50",
        ...byProtocol,
      };
      return [topic, ...Object.entries(properties).map(([key, value]) => `${key}=${value}`)];
    }
    case "franz-go":
      return [bootstrapServers, groupId, topic, protocol === "consumer" ? protocol : assignors.join(",")];
    case "platformatic":
      return [bootstrapServers, groupId, topic, protocol];
    default:
      return [bootstrapServers, groupId, topic];
  }
}
