import type { TlsFiles } from "./tlsFiles.ts";

/** How clients may reach a broker; each has a port of its own. MTLS demands a client certificate. */
export const listenerNames = ["PLAINTEXT", "SASL_PLAINTEXT", "SSL", "SASL_SSL", "MTLS"] as const;

/** A listener of the test broker. */
export type ListenerName = (typeof listenerNames)[number];

/** The ports of one broker. */
export type BrokerPorts = Readonly<Record<ListenerName | "CONTROLLER", number>>;

/** Who may log in, by PLAIN and SCRAM; the passwords are their names with `-secret`. */
export const kafkaUsers = ["alice", "bob", "admin"] as const;

/** The password of one of `kafkaUsers`. */
export function passwordOf(user: (typeof kafkaUsers)[number]): string {
  return `${user}-secret`;
}

/**
 * A token as the brokers' unsecured OAUTHBEARER validation accepts it (a JWT without signature), for anyone.
 * Takes the time, as every token has a lifetime.
 */
export function unsecuredToken(subject: string, nowMs: number): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
  const issuedAt = Math.floor(nowMs / 1000);
  return `${part({ alg: "none" })}.${part({ sub: subject, iat: issuedAt, exp: issuedAt + 3600 })}.`;
}

/** Turns authorisation on: anonymous clients (PLAINTEXT) and admin may do everything, others what ACLs allow. */
export const aclConfig: Readonly<Record<string, string>> = {
  "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
  "super.users": "User:ANONYMOUS;User:admin",
};

/** What differs from one test broker to another. */
export interface BrokerConfig {
  readonly nodeId: number;
  /** Of every node, by node id - 1. */
  readonly ports: readonly BrokerPorts[];
  readonly dataFolder: string;
  readonly tls: TlsFiles;
  /** Wins over everything here. */
  readonly overrides: Readonly<Record<string, string>>;
}

/** The text of a broker's server.properties. */
export function serverProperties(config: BrokerConfig): string {
  const properties = { ...baseProperties(config), ...saslProperties(), ...config.overrides };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

function baseProperties({ nodeId, ports, dataFolder, tls }: BrokerConfig): Record<string, string> {
  const own = ports[nodeId - 1];
  if (own === undefined) throw new Error(`node ${nodeId} has no ports`);
  const url = (name: keyof BrokerPorts) => `${name}://localhost:${own[name]}`;
  const replicas = String(Math.min(ports.length, 3));
  return {
    "process.roles": "broker,controller",
    "node.id": String(nodeId),
    "controller.quorum.voters": ports
      .map((each, index) => `${index + 1}@localhost:${each.CONTROLLER}`)
      .join(","),
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    listeners: [...listenerNames, "CONTROLLER" as const].map(url).join(","),
    "advertised.listeners": listenerNames.map(url).join(","),
    "listener.security.protocol.map": [
      ...listenerNames.map((name) => `${name}:${name === "MTLS" ? "SSL" : name}`),
      "CONTROLLER:PLAINTEXT",
    ].join(","),
    "log.dirs": dataFolder,

    "num.partitions": "3",
    "default.replication.factor": replicas,
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": replicas,
    "transaction.state.log.replication.factor": replicas,
    "share.coordinator.state.topic.replication.factor": replicas,
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.min.isr": "1",
    // Few, because every partition of these costs start-up time.
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "4",

    // Tests wait for groups to settle and for dead brokers to be noticed.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.dedupe.buffer.size": "16777216",

    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": tls.serverKeyStore,
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": tls.ca,
    "listener.name.mtls.ssl.client.auth": "required",
  };
}

function saslProperties(): Record<string, string> {
  const packages = "org.apache.kafka.common.security";
  const users = kafkaUsers.map((user) => `user_${user}="${passwordOf(user)}"`).join(" ");
  const jaas = {
    plain: `${packages}.plain.PlainLoginModule required ${users};`,
    "scram-sha-256": `${packages}.scram.ScramLoginModule required;`,
    "scram-sha-512": `${packages}.scram.ScramLoginModule required;`,
    oauthbearer: `${packages}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
  };
  const properties: Record<string, string> = {
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
  };
  for (const listener of ["sasl_plaintext", "sasl_ssl"]) {
    for (const [mechanism, value] of Object.entries(jaas)) {
      properties[`listener.name.${listener}.${mechanism}.sasl.jaas.config`] = value;
    }
  }
  return properties;
}
