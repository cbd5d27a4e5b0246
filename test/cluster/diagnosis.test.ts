import { describe, expect, test } from "vitest";
import { diagnoseConnection } from "#cluster/diagnosis.ts";
import { addressText } from "#network/address.ts";
import type { SaslCredentials } from "#network/sasl/saslCredentials.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { FakeBroker, metadataOf, world } from "#test/network/fakeBroker.ts";

const bootstrap = { host: "seed", port: 9092 };
const advertised = { nodeId: 1, host: "inside", port: 9092 };
const alice: SaslCredentials = { mechanism: "PLAIN", username: "alice", password: "p" };

async function setUp() {
  const { clock, network, client } = world();
  const broker = new FakeBroker()
    .on(metadata, ({ answer }) => answer(metadataOf({ brokers: [advertised] })))
    .on(saslHandshake, ({ answer }) => answer({ errorCode: 0, mechanisms: ["PLAIN"] }))
    .on(saslAuthenticate, ({ answer }) =>
      answer({ errorCode: 0, errorMessage: null, authBytes: Uint8Array.of() }),
    );
  await broker.listen(network, bootstrap);
  const diagnose = async (sasl?: SaslCredentials) => {
    const { ok, steps, failure } = await clock.runUntil(
      diagnoseConnection({
        bootstrapServers: [bootstrap],
        tls: undefined,
        saslMechanism: sasl?.mechanism,
        transport: network,
        clock,
        openClient: (server) => client([addressText(server)], { sasl }),
        timeoutMs: 2_000,
      }),
    );
    return { ok, failure, steps: steps.map(({ stage, outcome }) => `${stage} ${outcome}`) };
  };
  return { network, broker, diagnose };
}

const socket = ["resolve ok", "connect ok", "tls skipped"];

describe("diagnoseConnection", () => {
  test("passes every stage, and skips what is not configured", async () => {
    const { network, broker, diagnose } = await setUp();
    await broker.listen(network, advertised);

    const { ok, steps } = await diagnose();

    expect(ok).toBe(true);
    expect(steps).toEqual([...socket, "apiVersions ok", "sasl skipped", "metadata ok", "advertised ok"]);
  });

  test("what is no Kafka fails at its first answer: no login is claimed to have worked", async () => {
    const { broker, diagnose } = await setUp();
    broker.accept = (stream) =>
      void stream.onData(() => stream.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n")));

    const { ok, steps, failure } = await diagnose(alice);

    expect(ok).toBe(false);
    expect(steps).toEqual([...socket, "apiVersions failed"]);
    expect(failure).toContain("HTTP");
  });

  test("a wrong password fails after ApiVersions was answered", async () => {
    const { broker, diagnose } = await setUp();
    broker.on(saslAuthenticate, ({ answer }) =>
      answer({ errorCode: 58, errorMessage: "no", authBytes: Uint8Array.of() }),
    );

    const { steps, failure } = await diagnose(alice);

    expect(steps).toEqual([...socket, "apiVersions ok", "sasl failed"]);
    expect(failure).toMatch(/^The user name or the password is wrong, or the broker has no PLAIN login/);
    expect(failure).toContain('"alice"');
  });

  test("a broker that cannot be reached where it says it is names that address", async () => {
    const { network, diagnose } = await setUp();
    network.refuse(advertised);

    const { ok, steps, failure } = await diagnose(alice);

    expect(ok).toBe(false);
    expect(steps).toEqual([...socket, "apiVersions ok", "sasl ok", "metadata ok", "advertised failed"]);
    expect(failure).toMatch(/Broker 1 advertises inside:9092/);
  });
});
