import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startJavaConsumer } from "#test/support/javaConsumer.ts";
import { passwordOf } from "#test/support/kafkaConfig.ts";
import { kafkaTool } from "#test/support/kafkaTool.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";

/** The tests' own tools: what every integration and interop test stands on. */
describe("real Kafka", () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await startRealKafka();
  });

  afterAll(async () => {
    await kafka?.stop();
  });

  const tool = (name: Parameters<typeof kafkaTool>[1], args: readonly string[], stdin?: string) =>
    kafkaTool(kafka.version, name, ["--bootstrap-server", kafka.bootstrapServers, ...args], { stdin });

  test("a Java member of a group reports its assignment, its records and its commits", async () => {
    await tool("topics", ["--create", "--topic", "orders", "--partitions", "2"]);
    await tool("console-producer", ["--topic", "orders"], "first\nsecond\n");
    const member = await startJavaConsumer({
      bootstrapServers: kafka.bootstrapServers,
      groupId: "billing",
      topics: ["orders"],
      assignors: ["cooperative-sticky"],
    });

    await member.until(() => member.all("record").length === 2);
    member.order("commit");
    const committed = await member.waitFor((event) => event.type === "committed");
    const end = await member.quit();

    expect(member.all("assigned")[0]?.partitions).toEqual(["orders-0", "orders-1"]);
    expect(
      member
        .all("record")
        .map(({ value }) => value)
        .sort(),
    ).toEqual(["first", "second"]);
    expect(Object.values((committed as { offsets: Record<string, string> }).offsets).map(Number)).toSatisfy(
      (offsets: number[]) => offsets.reduce((sum, offset) => sum + offset) === 2,
    );
    expect(end.code).toBe(0);
    expect(member.events.at(-1)).toEqual({ type: "closed" });
  });

  test.each(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const)(
    "%s lets in who knows the password",
    async (mechanism) => {
      const [right, wrong] = await Promise.all([
        listTopicsOverTls(kafka, mechanism, passwordLogin(mechanism, passwordOf("alice"))),
        listTopicsOverTls(kafka, mechanism, passwordLogin(mechanism, "guessed")),
      ]);

      expect(right).toMatchObject({ exitCode: 0 });
      expect(wrong.exitCode).not.toBe(0);
      expect(wrong.stdout + wrong.stderr).toContain("SaslAuthenticationException");
    },
  );

  test("OAUTHBEARER lets in who has a token", async () => {
    const module = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";

    const result = await listTopicsOverTls(
      kafka,
      "OAUTHBEARER",
      `${module} required unsecuredLoginStringClaim_sub="alice";`,
    );

    expect(result).toMatchObject({ exitCode: 0 });
  });

  test("the MTLS listener refuses a client without a certificate", async () => {
    const { ca, clientCert, clientKey } = kafka.tls;

    const [known, unknown] = await Promise.all([
      tlsOutcome(kafka, { ca, cert: clientCert, key: clientKey }),
      tlsOutcome(kafka, { ca }),
    ]);

    expect(known).toBe("open");
    expect(unknown).toMatch(/certificate required|bad certificate|ECONNRESET/i);
  });

  test("a killed node comes back with its data", async () => {
    await tool("topics", ["--create", "--topic", "durable"]);

    await kafka.killNode(1);
    await kafka.restartNode(1);

    const { stdout } = await tool("topics", ["--list"]);
    expect(stdout).toContain("durable");
  });
});

function passwordLogin(mechanism: string, password: string): string {
  const module = mechanism === "PLAIN" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
  return `org.apache.kafka.common.security.${module} required username="alice" password="${password}";`;
}

function listTopicsOverTls(kafka: RealKafka, mechanism: string, jaas: string) {
  const folder = mkdtempSync(path.join(path.dirname(kafka.tls.ca), "client-"));
  const file = path.join(folder, "client.properties");
  const properties = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": mechanism,
    "sasl.jaas.config": jaas,
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": kafka.tls.ca,
  };
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  const server = ["--bootstrap-server", kafka.addresses("SASL_SSL"), "--command-config", file];
  return kafkaTool(kafka.version, "topics", [...server, "--list"]);
}

/** `open` when the broker kept the connection for a moment after the handshake, else why it did not. */
function tlsOutcome(kafka: RealKafka, files: { ca: string; cert?: string; key?: string }): Promise<string> {
  return new Promise((resolve) => {
    const pem = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, readFileSync(file)]));
    const socket = connect({ ...pem, port: kafka.ports[0]?.MTLS, host: "localhost" });
    const finish = (outcome: string) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once("error", (error) => finish(error.message));
    // With TLS 1.3 a client learns only afterwards that its certificate was missed: ask something.
    socket.once("secureConnect", () => socket.write(apiVersionsRequest));
    socket.once("data", () => finish("open"));
  });
}

/** ApiVersions v0, correlation 1, no client id. */
const apiVersionsRequest = Buffer.from("0000000a00120000" + "00000001" + "ffff", "hex");
