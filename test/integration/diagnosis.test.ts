import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diagnoseConnection } from "#cluster/diagnosis.ts";
import { addressText, parseAddress } from "#network/address.ts";
import type { SaslCredentials } from "#network/sasl/saslCredentials.ts";
import { systemClock } from "#node/systemClock.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { passwordOf, unsecuredToken } from "#test/support/kafkaConfig.ts";
import { type RealAccess, realClient, trusting } from "#test/support/realCluster.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";

describe("the diagnosis of a connection to real Kafka", () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await startRealKafka();
  });

  afterAll(async () => {
    await kafka?.stop();
  });

  const diagnose = (access: RealAccess) =>
    diagnoseConnection({
      bootstrapServers: access.servers.split(",").flatMap((server) => parseAddress(server) ?? []),
      tls: access.tls,
      saslMechanism: access.sasl?.mechanism,
      transport: tcpTransport,
      clock: systemClock,
      openClient: (server) => realClient({ ...access, servers: addressText(server) }),
      timeoutMs: 5_000,
    });
  const failedStage = async (access: RealAccess) => {
    const { ok, steps, failure } = await diagnose(access);
    return { ok, stage: steps.find(({ outcome }) => outcome === "failed")?.stage, failure };
  };
  const alice = (
    mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512",
    password = passwordOf("alice"),
  ): SaslCredentials => ({
    mechanism,
    username: "alice",
    password,
  });

  test("plaintext: every stage is passed, the ones not configured are skipped", async () => {
    const { ok, steps } = await diagnose({ servers: kafka.bootstrapServers });

    expect(ok).toBe(true);
    expect(steps.map(({ stage, outcome }) => `${stage} ${outcome}`)).toEqual([
      "resolve ok",
      "connect ok",
      "tls skipped",
      "apiVersions ok",
      "sasl skipped",
      "metadata ok",
      "advertised ok",
    ]);
  });

  test("every way to log in works over its listener", async () => {
    const tls = trusting(kafka);
    const mTls = {
      ...tls,
      cert: readFileSync(kafka.tls.clientCert, "utf8"),
      key: readFileSync(kafka.tls.clientKey, "utf8"),
    };
    const token: SaslCredentials = {
      mechanism: "OAUTHBEARER",
      token: async () => unsecuredToken("alice", Date.now()),
    };
    const saslSsl = kafka.addresses("SASL_SSL");

    const results = await Promise.all([
      failedStage({ servers: kafka.addresses("SSL"), tls }),
      failedStage({ servers: kafka.addresses("MTLS"), tls: mTls }),
      failedStage({ servers: saslSsl, tls, sasl: alice("PLAIN") }),
      failedStage({ servers: saslSsl, tls, sasl: alice("SCRAM-SHA-256") }),
      failedStage({ servers: saslSsl, tls, sasl: alice("SCRAM-SHA-512") }),
      failedStage({ servers: kafka.addresses("SASL_PLAINTEXT"), sasl: token }),
    ]);

    expect(results).toEqual(results.map(() => ({ ok: true, stage: undefined, failure: undefined })));
  });

  test("a failure names its stage and what to do", async () => {
    const tls = trusting(kafka);
    const wrong = {
      name: await failedStage({ servers: "no-such-host.invalid:9092" }),
      port: await failedStage({ servers: "127.0.0.1:1" }),
      untrusted: await failedStage({ servers: kafka.addresses("SSL"), tls: {} }),
      tlsToPlaintext: await failedStage({ servers: kafka.bootstrapServers, tls }),
      plaintextToTls: await failedStage({ servers: kafka.addresses("SSL") }),
      password: await failedStage({
        servers: kafka.addresses("SASL_PLAINTEXT"),
        sasl: alice("SCRAM-SHA-512", "guessed"),
      }),
      noSasl: await failedStage({ servers: kafka.addresses("SASL_PLAINTEXT") }),
      noCertificate: await failedStage({ servers: kafka.addresses("MTLS"), tls }),
    };

    expect(Object.fromEntries(Object.entries(wrong).map(([what, { stage }]) => [what, stage]))).toMatchObject(
      {
        name: "resolve",
        port: "connect",
        untrusted: "tls",
        tlsToPlaintext: "tls",
        plaintextToTls: "apiVersions",
        password: "sasl",
        noCertificate: "tls",
      },
    );
    expect(wrong.name.failure).toContain("does not resolve");
    expect(wrong.port.failure).toContain("nothing listens there");
    expect(wrong.untrusted.failure).toContain("CA file");
    expect(wrong.tlsToPlaintext.failure).toContain("plaintext");
    expect(wrong.plaintextToTls.failure).toContain("TLS");
    expect(wrong.password.failure).toContain("alice");
    expect(wrong.noSasl).toMatchObject({ ok: false, failure: expect.stringContaining("SASL") });
    expect(wrong.noCertificate).toMatchObject({
      ok: false,
      failure: expect.stringContaining("client certificate"),
    });
  });
});
