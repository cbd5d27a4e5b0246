import { startJavaConsumer } from "../javaConsumer.ts";
import type { JavaClientVersion } from "../kafkaJars.ts";
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
  /** Of the Java client. */
  readonly version?: JavaClientVersion | undefined;
  /** How Java, librdkafka and franz-go sign in; the others cannot. */
  readonly signIn?: ForeignSignIn | undefined;
}

/** SASL over a plain connection. */
interface ForeignSignIn {
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
  readonly username: string;
  readonly password: string;
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
  const { signIn } = options;
  // The program in Go takes no properties.
  const signInWords = signIn && [signIn.mechanism, signIn.username, signIn.password].join(" ");
  return startForeignConsumer(client, [...command, "consume", ...args], {
    env: { ...(env ?? process.env), ...(signInWords !== undefined && { FOREIGN_SIGN_IN: signInWords }) },
  });
}

function startJava(options: ForeignMemberOptions) {
  const { bootstrapServers, groupId, topic, protocol, assignors, version, signIn } = options;
  const byProtocol = protocol === "consumer" ? { "group.protocol": "consumer" } : timeouts;
  return startJavaConsumer({
    bootstrapServers,
    groupId,
    topics: [topic],
    ...(assignors !== undefined && { assignors }),
    commitsEveryPoll: true,
    properties: {
      ...byProtocol,
      ...(signIn && javaSignIn(signIn)),
      "client.id": "java",
      "isolation.level": "read_committed",
    },
    ...(version !== undefined && { version }),
  });
}

function javaSignIn({ mechanism, username, password }: ForeignSignIn): Readonly<Record<string, string>> {
  const name = mechanism === "PLAIN" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
  const module = `org.apache.kafka.common.security.${name}`;
  return {
    "security.protocol": "SASL_PLAINTEXT",
    "sasl.mechanism": mechanism,
    "sasl.jaas.config": `${module} required username="${username}" password="${password}";`,
  };
}

function librdkafkaSignIn({
  mechanism,
  username,
  password,
}: ForeignSignIn): Readonly<Record<string, string>> {
  return {
    "security.protocol": "SASL_PLAINTEXT",
    "sasl.mechanism": mechanism,
    "sasl.username": username,
    "sasl.password": password,
  };
}

function consumeArguments(client: ForeignClient, options: ForeignMemberOptions): readonly string[] {
  const { bootstrapServers, groupId, topic, protocol = "classic", assignors = ["range"], signIn } = options;
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
        ...(signIn && librdkafkaSignIn(signIn)),
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
