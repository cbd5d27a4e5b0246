import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Administration } from "#cluster/kafkajs/administration.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { passwordOf } from "#test/support/kafkaConfig.ts";
import { kafkaTool } from "#test/support/kafkaTool.ts";
import { type RealAccess, realClient, trusting } from "#test/support/realCluster.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";

describe("administration of real Kafka by kafkajs", () => {
  let kafka: RealKafka;
  const clients: ClusterClient[] = [];

  const administer = (access: RealAccess) => {
    const cluster = realClient(access);
    clients.push(cluster);
    return new Administration({
      cluster,
      clientId: "groupscope-test",
      tls: access.tls,
      sasl: access.sasl,
      transport: tcpTransport,
      clock: systemClock,
      random: systemRandom,
      connectTimeoutMs: 5_000,
      requestTimeoutMs: 10_000,
    });
  };

  beforeAll(async () => {
    kafka = await startRealKafka();
  });

  afterAll(async () => {
    for (const client of clients) client.close();
    await kafka?.stop();
  });

  test("records of every compression are read by Java's console consumer", async () => {
    const administration = administer({ servers: kafka.bootstrapServers });
    await administration.createTopic({ topic: "packed", partitions: 1 });
    const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

    for (const compression of codecs) {
      const records = [{ key: "k", value: `as ${compression},`.repeat(20), headers: { codec: compression } }];
      await administration.produce({ topic: "packed", partition: 0, compression, records });
    }

    const read = await kafkaTool(kafka.version, "console-consumer", [
      "--bootstrap-server",
      kafka.bootstrapServers,
      "--topic",
      "packed",
      "--from-beginning",
      "--max-messages",
      String(codecs.length),
      "--timeout-ms",
      "20000",
    ]);
    expect(read.stdout.trim().split("\n")).toEqual(codecs.map((codec) => `as ${codec},`.repeat(20)));
  });

  test("it logs in as our own client does", async () => {
    const administration = administer({
      servers: kafka.addresses("SASL_SSL"),
      tls: trusting(kafka),
      sasl: { mechanism: "SCRAM-SHA-512", username: "alice", password: passwordOf("alice") },
    });

    await administration.createTopic({ topic: "by-alice", partitions: 2 });
    const produced = await administration.produce({
      topic: "by-alice",
      partition: 1,
      compression: "none",
      records: [{ key: null, value: null }],
    });

    expect(produced).toEqual([{ partition: 1, baseOffset: 0n }]);
  });

  test("what cannot be done is said in words", async () => {
    const administration = administer({ servers: kafka.bootstrapServers });
    await administration.createTopic({ topic: "once", partitions: 1 });

    const failures = await Promise.all([
      administration.createTopic({ topic: "once", partitions: 1 }).catch((error: Error) => error.message),
      administration
        .createTopic({ topic: "wide", partitions: 1, replicationFactor: 5 })
        .catch((error: Error) => error.message),
      administration.deleteTopic("never-there").catch((error: Error) => error.message),
    ]);

    expect(failures[0]).toContain("once exists already");
    expect(failures[1]).toContain("fewer brokers than replicas");
    expect(failures[2]).toContain("does not exist");
  });
});
