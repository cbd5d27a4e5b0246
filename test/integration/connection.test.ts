import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sleep } from "#base/clock.ts";
import { parseAddress } from "#network/address.ts";
import { BrokerConnection } from "#network/brokerConnection.ts";
import type { SaslCredentials } from "#network/sasl/saslCredentials.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { passwordOf, unsecuredToken } from "#test/support/kafkaConfig.ts";
import { realClient } from "#test/support/realCluster.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";

const reauthenticateMs = 2_000;

describe("connections to real Kafka", () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await startRealKafka({
      nodes: 3,
      config: { "connections.max.reauth.ms": String(reauthenticateMs) },
    });
  });

  afterAll(async () => {
    await kafka?.stop();
  });

  const password = passwordOf("alice");
  const logins: readonly SaslCredentials[] = [
    { mechanism: "PLAIN", username: "alice", password },
    { mechanism: "SCRAM-SHA-256", username: "alice", password },
    { mechanism: "SCRAM-SHA-512", username: "alice", password },
    { mechanism: "OAUTHBEARER", token: async () => unsecuredToken("alice", Date.now()) },
  ];

  test("a login is renewed in time, and requests go on over the same connection (KIP-368)", async () => {
    const [address] = kafka.addresses("SASL_PLAINTEXT").split(",");
    const endpoint = parseAddress(address ?? "");
    if (endpoint === undefined) throw new Error("no address");
    const until = systemClock.now() + 3 * reauthenticateMs;
    const useFor = async (sasl: SaslCredentials) => {
      const connection = await BrokerConnection.open({
        endpoint,
        sasl,
        clientId: "groupscope-test",
        transport: tcpTransport,
        clock: systemClock,
        random: systemRandom,
        connectTimeoutMs: 10_000,
        requestTimeoutMs: 10_000,
        maxFrameBytes: 1 << 20,
      });
      let answers = 0;
      while (systemClock.now() < until) {
        const { body } = await connection.send(listGroups, {});
        if (body.errorCode === 0) answers++;
        await sleep(systemClock, 100);
      }
      const { end } = connection;
      connection.dispose();
      return { mechanism: sasl.mechanism, end, isBusy: answers > 10 };
    };

    const outcomes = await Promise.all(logins.map(useFor));

    expect(outcomes).toEqual(logins.map(({ mechanism }) => ({ mechanism, end: undefined, isBusy: true })));
  });

  test("the coordinator's crash is survived: another one is found and answers", async () => {
    const client = realClient({ servers: kafka.bootstrapServers });
    const question = { groupId: "orphaned", generationId: 1, memberId: "nobody" };
    // While a coordinator loads its log, it says NONE to heartbeats, or that it is not the one.
    const answered = async () => {
      for (let turn = 0; turn < 100; turn++) {
        const answer = await client
          .send({ coordinator: "orphaned" }, heartbeat, question)
          .catch(() => undefined);
        if (answer !== undefined && errorName(answer.body.errorCode) === "UNKNOWN_MEMBER_ID")
          return answer.nodeId;
        client.forgetCoordinator("orphaned");
        await sleep(systemClock, 200);
      }
      return undefined;
    };

    const before = await answered();
    await kafka.killNode(before ?? 0);
    const after = await answered();
    client.close();

    expect(before).toBeDefined();
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });
});
